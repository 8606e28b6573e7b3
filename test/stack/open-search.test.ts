import { describe, expect, it } from "vitest";
import { functionNeeds } from "../../lib/functions.ts";
import { readProps } from "../../lib/props.ts";
import { at, functionName, openSearch, referenced, synthesize } from "./synthesize.ts";

/**
 * Returns the actions and resources of the OpenSearch that each function may use, by its name;
 * absent for none.
 */
function grantsOf(stack: ReturnType<typeof synthesize>): Record<string, unknown> {
  return Object.fromEntries(
    stack.of("AWS::Lambda::Function").flatMap((resource) => {
      const role = referenced(resource.properties.Role);
      const statements = stack
        .of("AWS::IAM::Policy")
        .filter(({ properties }) => JSON.stringify(properties.Roles).includes(`"${role}"`))
        .flatMap(({ properties }) => at(properties.PolicyDocument, "Statement") as { Action: unknown }[])
        .filter(({ Action }) => /"(es|aoss):/.test(JSON.stringify(Action)));
      return statements.length > 0 ? [[functionName(resource), statements]] : [];
    }),
  );
}

describe("OpenSearch", () => {
  it("is called by the functions that search or handle the stream, about its one index", () => {
    const stack = synthesize(openSearch);
    const index = `${openSearch.openSearchDomainArn}/parley-messages`;
    const allowed = (Action: unknown) => [{ Effect: "Allow", Action, Resource: [index, `${index}/*`] }];
    expect(grantsOf(stack)).toEqual({
      search: allowed("es:ESHttpPost"),
      tableStream: allowed(["es:ESHttpPost", "es:ESHttpPut"]),
      tasks: allowed(["es:ESHttpPost", "es:ESHttpPut"]),
    });
    for (const resource of stack.of("AWS::Lambda::Function")) {
      const name = functionName(resource) as keyof typeof functionNeeds;
      expect(at(resource.properties.Environment, "Variables", "OPENSEARCH_ENDPOINT"), name).toBe(
        functionNeeds[name].searchMethods ? openSearch.openSearchEndpoint : undefined,
      );
    }
  });

  it("may be a collection of OpenSearch Serverless, whose own policies decide about access", () => {
    const arn = "arn:aws:aoss:eu-central-1:123456789012:collection/abc123";
    const grants = grantsOf(
      synthesize({
        openSearchEndpoint: "https://abc123.eu-central-1.aoss.amazonaws.com",
        openSearchDomainArn: arn,
      }),
    );
    expect(Object.keys(grants).sort()).toEqual(["search", "tableStream", "tasks"]);
    for (const statements of Object.values(grants))
      expect(statements).toEqual([{ Effect: "Allow", Action: "aoss:APIAccessAll", Resource: arn }]);
  });

  it("is absent unless both its props are given", () => {
    const stack = synthesize();
    expect(grantsOf(stack)).toEqual({});
    expect(stack.text).not.toContain("OPENSEARCH_ENDPOINT");
    const { openSearchEndpoint, openSearchDomainArn } = openSearch;
    expect(() => readProps({ openSearchEndpoint })).toThrow("go together");
    expect(() => readProps({ openSearchDomainArn })).toThrow("go together");
  });

  it("has an endpoint without a path, over https except on this machine, and an ARN of its kind", () => {
    const local = { ...openSearch, openSearchEndpoint: "http://127.0.0.1:9200" };
    expect(readProps(local).openSearch?.endpoint).toBe("http://127.0.0.1:9200");
    for (const openSearchEndpoint of [
      "http://search.example.com",
      "https://search.example.com/path",
      "https://user:word@search.example.com",
      "search.example.com",
    ])
      expect(() => readProps({ ...openSearch, openSearchEndpoint }), openSearchEndpoint).toThrow(
        "an https URL without a path",
      );
    for (const openSearchDomainArn of ["chat", "arn:aws:s3:::bucket", "arn:aws:es:eu-central-1:1:domain/*"])
      expect(() => readProps({ ...openSearch, openSearchDomainArn }), openSearchDomainArn).toThrow("the ARN");
  });
});
