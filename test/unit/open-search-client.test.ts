import { expect, test } from "vitest";
import { serviceOf } from "../../functions/data/opensearch-client.ts";

test("a collection of OpenSearch Serverless is signed for by another name than a domain", () => {
  const of = (url: string) => serviceOf(new URL(url));
  expect(of("https://search-chat-abc.eu-central-1.es.amazonaws.com")).toBe("es");
  expect(of("https://abc.eu-central-1.aoss.amazonaws.com")).toBe("aoss");
  expect(of("https://search.example.com")).toBe("es");
});
