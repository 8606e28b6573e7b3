import { expect, test } from "vitest";
import { internals } from "../support/internals.ts";
import { startOpenSearch } from "../support/open-search.ts";

const { callOpenSearch, serviceOf } = await internals.openSearchClient();

test("a collection of OpenSearch Serverless is signed for with another name than a domain", () => {
  const of = (url: string) => serviceOf(new URL(url));
  expect(of("https://search-chat-abc.eu-central-1.es.amazonaws.com")).toBe("es");
  expect(of("https://abc.eu-central-1.aoss.amazonaws.com")).toBe("aoss");
  expect(of("https://search.example.com")).toBe("es");
});

test("the tests' OpenSearch refuses fields without a mapping, in documents and in searches", async () => {
  const openSearch = await startOpenSearch();
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    OPENSEARCH_ENDPOINT: openSearch.url,
  });
  const index = "/parley-messages";
  const mappings = { dynamic: "strict", properties: { room: { type: "keyword" } } };
  expect((await callOpenSearch("PUT", index, { mappings })).status).toBe(200);
  const documents = [{ room: "r" }, { room: "r", colour: "red" }];
  const lines = documents.flatMap((document, _id) => [{ index: { _id: String(_id) } }, document]);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  expect((await callOpenSearch("POST", `${index}/_bulk`, text)).body).toMatchObject({
    errors: true,
    items: [
      { index: { status: 201 } },
      { index: { status: 400, error: { type: "strict_dynamic_mapping_exception" } } },
    ],
  });
  expect([...openSearch.documents.values()]).toEqual([{ room: "r" }]);

  const one = { size: 1, query: { term: { room: "r" } }, sort: [{ room: "asc" }], _source: ["room"] };
  const statusOf = async (change: object): Promise<number> =>
    (await callOpenSearch("POST", `${index}/_search`, { ...one, ...change })).status;
  expect(await statusOf({})).toBe(200);
  const none = { term: { room: "none" } };
  const red = { term: { colour: "red" } };
  for (const change of [
    { query: { bool: { filter: [none, { bool: { should: [red], minimum_should_match: 1 } }] } } },
    { query: { bool: { must_not: red } } },
    { sort: [{ colour: "asc" }] },
    { _source: ["colour"] },
  ])
    expect(await statusOf(change), JSON.stringify(change)).toBe(400);
  openSearch.stop();
});
