import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Validations } from "aws-cdk-lib/core";
import type { FunctionNeeds } from "../functions.ts";
import type { OpenSearchProps } from "../props.ts";
import type { ParleyFunction } from "./parley-function.ts";

/** The name that functions/store/search/opensearch.ts uses. */
const indexName = "parley-messages";

const actionOf = { POST: "es:ESHttpPost", PUT: "es:ESHttpPut" } as const;

/**
 * Lets a function call the operator's OpenSearch with the methods of its needs, on the index of
 * messages alone. The policies of a serverless collection have no methods: the collection's own
 * data access policy says which index a function may read and write.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/security-iam-serverless.html
 */
export function grantOpenSearch(
  added: ParleyFunction,
  { searchMethods }: FunctionNeeds,
  { arn }: OpenSearchProps,
): void {
  if (!searchMethods) return;
  if (arn.split(":")[2] === "aoss") {
    added.grant(new PolicyStatement({ actions: ["aoss:APIAccessAll"], resources: [arn] }));
    return;
  }
  const below = `${arn}/${indexName}/*`;
  added.grant(
    new PolicyStatement({
      actions: searchMethods.map((method) => actionOf[method]),
      resources: [`${arn}/${indexName}`, below],
    }),
  );
  Validations.of(added).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${below}]`,
    reason: "The resource of a call is its path, and below the index there are its operations alone.",
  });
}
