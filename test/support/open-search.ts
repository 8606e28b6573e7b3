/**
 * Answers as OpenSearch does, as far as Parley calls it, by its API documentation: creating an
 * index, `_bulk`, and `_search` with filters, sorted, from a place on. It refuses all requests that
 * it does not know, and a wrong signature. It also refuses fields without a mapping, even in
 * queries, where OpenSearch would find nothing and report no error.
 *   https://docs.opensearch.org/latest/api-reference/index-apis/create-index/
 *   https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 *   https://docs.opensearch.org/latest/search-plugins/searching-data/paginate/#the-search_after-parameter
 *   https://docs.opensearch.org/latest/query-dsl/compound/bool/
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { isSignedBy } from "./signature.ts";

type Value = string | number | null;
type Document = Readonly<Record<string, Value | readonly Value[]>>;

interface Answer {
  readonly status: number;
  readonly body: object;
}

interface Mappings {
  readonly dynamic: string;
  readonly properties: Readonly<Record<string, object>>;
}

/** A server with one index, and ways for a test to make it fail. */
export interface OpenSearch {
  readonly url: string;
  /** Documents by their ids. */
  readonly documents: ReadonlyMap<string, Document>;
  /** Method and path of each call so far, with its status. */
  readonly calls: readonly string[];
  readonly mappings: Mappings | undefined;
  /** Answers the next calls of this path with a status, without doing anything. */
  fail(path: string, status: number, times: number): void;
  /** Ends the next connections without an answer. */
  hangUp(times: number): void;
  /** Refuses the next documents of a bulk, while the bulk itself is answered with 200. */
  refuseDocuments(count: number): void;
  /** Puts a document into the index, or removes one, without a call of Parley's. */
  put(id: string, document: Document): void;
  lose(): void;
  /** Deletes the index, as an operator does. */
  deleteIndex(): void;
  stop(): void;
}

function errorOf(status: number, type: string, reason: string): Answer {
  return {
    status,
    body: { error: { root_cause: [{ type, reason }], type, reason }, status },
  };
}

function valuesOf(document: Document, field: string): readonly Value[] {
  const value = document[field];
  return Array.isArray(value) ? value : [value as Value];
}

type Clause = Readonly<Record<string, unknown>>;

// Each `as` below is safe: a body of another shape makes the call fail, and with it the test.

/** Returns the one entry of an object, such as a clause of a query. */
function only(clause: unknown): [string, unknown] {
  const entries = Object.entries(clause as object);
  if (entries.length !== 1 || !entries[0])
    throw new Error(`A clause has one key: ${JSON.stringify(clause)}.`);
  return entries[0];
}

function inRange(value: Value, limits: object): boolean {
  return Object.entries(limits).every(([limit, than]) => {
    if (value === null) return false;
    if (limit === "gte") return value >= than;
    if (limit === "lte") return value <= than;
    throw new Error(`There is no limit ${limit} here.`);
  });
}

function matches(document: Document, clause: unknown): boolean {
  const [kind, body] = only(clause);
  if (kind === "bool") return matchesBool(document, body as Clause);
  const [field, wanted] = only(body);
  const values = valuesOf(document, field);
  if (kind === "term") return values.includes(wanted as Value);
  if (kind === "terms") return values.some((value) => (wanted as Value[]).includes(value));
  if (kind === "prefix")
    return values.some((value) => typeof value === "string" && value.startsWith(String(wanted)));
  if (kind === "range") return values.some((value) => inRange(value, wanted as object));
  throw new Error(`There is no query ${kind} here.`);
}

function matchesBool(document: Document, { filter = [], should, must_not = [], ...rest }: Clause): boolean {
  const unknown = Object.keys(rest).filter((key) => key !== "minimum_should_match");
  if (unknown.length > 0) throw new Error(`A bool query knows no ${unknown.join(", ")} here.`);
  const all = (clauses: unknown): unknown[] => (Array.isArray(clauses) ? clauses : [clauses]);
  return (
    all(filter).every((clause) => matches(document, clause)) &&
    (should === undefined || all(should).some((clause) => matches(document, clause))) &&
    !all(must_not).some((clause) => matches(document, clause))
  );
}

/** Returns the fields that a clause compares. */
function fieldsOf(clause: unknown): string[] {
  const [kind, body] = only(clause);
  if (kind !== "bool") return [only(body)[0]];
  const { minimum_should_match: _, ...clauses } = body as Clause;
  return Object.values(clauses).flat().flatMap(fieldsOf);
}

interface Search {
  readonly size: number;
  readonly query: Clause;
  readonly sort: readonly Readonly<Record<string, "asc" | "desc">>[];
  readonly search_after?: readonly Value[];
  readonly _source: readonly string[];
}

/** Returns less than 0 if one set of values comes before the other. */
function compare(one: readonly Value[], other: readonly Value[], sort: Search["sort"]): number {
  for (const [at, by] of sort.entries()) {
    const [, order] = only(by);
    const [left, right] = [one[at] ?? 0, other[at] ?? 0];
    if (left !== right) return (left < right ? -1 : 1) * (order === "asc" ? 1 : -1);
  }
  return 0;
}

function search(documents: ReadonlyMap<string, Document>, { properties }: Mappings, text: string): Answer {
  const { size, query, sort, search_after: after, _source: fields } = JSON.parse(text) as Search;
  const named = [...fieldsOf(query), ...sort.map((by) => only(by)[0]), ...fields];
  const unmapped = named.find((field) => !Object.hasOwn(properties, field));
  if (unmapped !== undefined)
    return errorOf(400, "query_shard_exception", `No mapping found for [${unmapped}]`);
  const placeOf = (document: Document): Value[] =>
    sort.map((by) => valuesOf(document, only(by)[0])[0] ?? null);
  const hits = [...documents]
    .filter(([, document]) => matches(document, query))
    .map(([_id, document]) => ({ _index: "parley-messages", _id, document, sort: placeOf(document) }))
    .filter((hit) => after === undefined || compare(hit.sort, after, sort) > 0)
    .sort((one, other) => compare(one.sort, other.sort, sort))
    .slice(0, size)
    .map(({ document, ...hit }) => ({
      ...hit,
      _score: null,
      _source: Object.fromEntries(fields.map((field) => [field, document[field] ?? null])),
    }));
  return {
    status: 200,
    body: {
      took: 1,
      timed_out: false,
      _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
      hits: { max_score: null, hits },
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function startOpenSearch(): Promise<OpenSearch> {
  const documents = new Map<string, Document>();
  const calls: string[] = [];
  const failures: { path: string; status: number; times: number }[] = [];
  let refused = 0;
  let unanswered = 0;
  let mappings: Mappings | undefined;

  const bulk = (text: string): Answer => {
    if (!text.endsWith("\n"))
      return errorOf(400, "illegal_argument_exception", "The bulk request must be terminated by a newline");
    const lines = text.trimEnd().split("\n");
    const items: object[] = [];
    for (let at = 0; at < lines.length; at += 1) {
      const [action, { _id: id }] = only(JSON.parse(lines[at] ?? "")) as [string, { _id: string }];
      const source = action === "index" ? JSON.parse(lines[++at] ?? "") : undefined;
      const isThere = documents.has(id);
      const unmapped = Object.keys(source ?? {}).find(
        (field) => mappings?.dynamic === "strict" && !Object.hasOwn(mappings.properties, field),
      );
      if (!mappings) {
        // As if the operator had turned `action.auto_create_index` off.
        const reason = "no such index [parley-messages] and [action.auto_create_index] is [false]";
        items.push({
          [action]: { _id: id, status: 404, error: { type: "index_not_found_exception", reason } },
        });
      } else if (refused > 0) {
        refused -= 1;
        items.push({ [action]: { _id: id, status: 429, error: { type: "rejected_execution_exception" } } });
      } else if (unmapped !== undefined) {
        // https://docs.opensearch.org/latest/mappings/mapping-parameters/dynamic/
        const type = "strict_dynamic_mapping_exception";
        const reason = `mapping set to strict, dynamic introduction of [${unmapped}] within [_doc] is not allowed`;
        items.push({ [action]: { _id: id, status: 400, error: { type, reason } } });
      } else if (action === "index") {
        documents.set(id, source);
        items.push({ index: { _id: id, status: isThere ? 200 : 201 } });
      } else {
        documents.delete(id);
        items.push({ delete: { _id: id, status: isThere ? 200 : 404 } });
      }
    }
    return {
      status: 200,
      body: { took: 1, errors: items.some((item) => JSON.stringify(item).includes("error")), items },
    };
  };

  const answer = (method: string, path: string, type: string, text: string): Answer => {
    const failure = failures.find((one) => one.path === path && one.times > 0);
    if (failure) {
      failure.times -= 1;
      return errorOf(failure.status, "rejected_execution_exception", "too busy");
    }
    if (method === "PUT" && path === "/parley-messages" && type === "application/json") {
      if (mappings)
        return errorOf(400, "resource_already_exists_exception", "index [parley-messages] already exists");
      mappings = JSON.parse(text).mappings;
      return {
        status: 200,
        body: { acknowledged: true, shards_acknowledged: true, index: "parley-messages" },
      };
    }
    if (method === "POST" && path === "/parley-messages/_bulk" && type === "application/x-ndjson")
      return bulk(text);
    if (method === "POST" && path === "/parley-messages/_search" && type === "application/json")
      return mappings
        ? search(documents, mappings, text)
        : errorOf(404, "index_not_found_exception", "no such index [parley-messages]");
    return errorOf(405, "method_not_allowed", `${method} ${path} ${type}`);
  };

  const server = createServer(async (request, response) => {
    const text = await readAll(request);
    if (unanswered > 0) {
      unanswered -= 1;
      request.socket.destroy();
      return;
    }
    const { method = "", url = "", headers } = request;
    // As IAM does, refuses a request that its signature does not cover wholly.
    const { status, body } = isSignedBy("local", "es", { method, url, headers, text })
      ? answer(method, url, headers["content-type"] ?? "", text)
      : { status: 403, body: { message: "The request signature we calculated does not match" } };
    calls.push(`${method} ${url} ${status}`);
    response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    // Safe: it listens on a port.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    documents,
    calls,
    get mappings() {
      return mappings;
    },
    fail: (path, status, times) => failures.push({ path, status, times }),
    hangUp: (times) => {
      unanswered = times;
    },
    refuseDocuments: (count) => {
      refused = count;
    },
    put: (id, document) => documents.set(id, document),
    lose: () => documents.clear(),
    deleteIndex: () => {
      documents.clear();
      mappings = undefined;
    },
    stop: () => server.close(),
  };
}
