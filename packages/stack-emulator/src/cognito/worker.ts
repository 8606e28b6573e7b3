import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { CognitoError, UnsupportedError } from "cognito-local/lib/errors.js";
import type { AppClient } from "cognito-local/lib/services/appClient.js";
import { CognitoServiceImpl, USER_POOL_AWS_DEFAULTS } from "cognito-local/lib/services/cognitoService.js";
import type { Context } from "cognito-local/lib/services/context.js";
import type { Services } from "cognito-local/lib/services/index.js";
import { type UserPool, UserPoolServiceFactoryImpl } from "cognito-local/lib/services/userPoolService.js";
import type { FromWorker, ToWorker, WorkerSettings } from "./messages.ts";
import { createOperations } from "./operations.ts";
import type { PoolDefinition } from "./pools.ts";
import { createStores } from "./store.ts";
import { createTokenIssuer } from "./tokens.ts";

// The main thread starts this file with these settings and speaks these messages.
const settings = workerData as WorkerSettings;
const send = (message: FromWorker) => parentPort?.postMessage(message);

let offsetMs = settings.clockOffsetMs;
const now = () => Date.now() + offsetMs;

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
// cognito-local logs through pino's interface; what matters of it reaches the caller as an error.
const context = { logger: silent } as unknown as Context;

const clock = { get: () => new Date(now()) };
const stores = createStores(settings.directory);
const issuer = createTokenIssuer({
  directory: settings.directory,
  issuerOf: (poolId) => `${settings.issuerBase}/${poolId}`,
  now,
});

async function startCognito(): Promise<Services["cognito"]> {
  const clients = await stores.create(context, "clients", { Clients: {} });
  // cognito-local finds the pools that it keeps by the files of a directory; without one it gets an
  // empty one.
  const directory = settings.directory ?? mkdtempSync(join(tmpdir(), "cognito-"));
  const factory = new UserPoolServiceFactoryImpl(clock, stores);
  const cognito = new CognitoServiceImpl(directory, clients, {}, factory);
  stores.flush();
  await cognito.init(context);
  if (!settings.directory) rmSync(directory, { recursive: true });
  return cognito;
}

/** Makes the pool as the template describes it, or brings the kept one up to date. */
async function providePool(cognito: Services["cognito"], definition: PoolDefinition): Promise<void> {
  const { Schema, UserPoolName, ...properties } = definition.properties;
  const kept = (await cognito.listUserPools(context)).find(({ Id }) => Id === definition.id);
  const pool = {
    ...USER_POOL_AWS_DEFAULTS,
    ...properties,
    SchemaAttributes: schemaAttributes(Schema),
    Id: definition.id,
    Arn: definition.arn,
    Name: UserPoolName,
    CreationDate: kept?.CreationDate ?? clock.get(),
    LastModifiedDate: clock.get(),
    // CloudFormation's properties bear the names of the API's fields.
  } as unknown as UserPool;
  if (!kept) await cognito.createUserPool(context, pool);
  const service = await cognito.getUserPool(context, definition.id);
  await service.updateOptions(context, pool);
  for (const { id, properties: client } of definition.clients) {
    await service.saveAppClient(context, {
      ClientName: id,
      CreationDate: clock.get(),
      ...client,
      ClientId: id,
      UserPoolId: definition.id,
      LastModifiedDate: clock.get(),
      // As with the pool, the properties bear the names of the API's fields.
    } as AppClient);
  }
  for (const { name, properties: group } of definition.groups) {
    const known = await service.getGroupByGroupName(context, name);
    await service.saveGroup(context, {
      CreationDate: clock.get(),
      ...known,
      ...group,
      GroupName: name,
      LastModifiedDate: clock.get(),
    });
  }
}

function schemaAttributes(schema: unknown): UserPool["SchemaAttributes"] {
  const standard = USER_POOL_AWS_DEFAULTS.SchemaAttributes ?? [];
  // CloudFormation's schema has the shape of the API's.
  const given = (Array.isArray(schema) ? schema : []) as NonNullable<UserPool["SchemaAttributes"]>;
  const byName = new Map(given.map((attribute) => [attribute.Name, attribute]));
  const custom = given
    .filter(({ Name }) => !standard.some((attribute) => attribute.Name === Name))
    .map((attribute) => ({ Mutable: true, ...attribute, Name: `custom:${attribute.Name}` }));
  return [...standard.map((attribute) => ({ ...attribute, ...byName.get(attribute.Name) })), ...custom];
}

/** Sends nothing: a code goes to the main thread, where a person or a test reads it. */
const messages: Services["messages"] = {
  deliver(_ctx, kind, _clientId, _poolId, _user, code, _metadata, details) {
    send({ type: "mail", mail: { at: new Date(now()).toISOString(), to: details.Destination, kind, code } });
    return Promise.resolve();
  },
};

const cognito = await startCognito();
for (const pool of settings.pools) await providePool(cognito, pool);

const operations = createOperations({
  services: {
    clock,
    cognito,
    messages,
    otp: () => String(randomInt(1_000_000)).padStart(6, "0"),
    // Lambda triggers are refused when the pool is defined, so cognito-local asks no more of them
    // than this.
    triggers: { enabled: () => false } as unknown as Services["triggers"],
    // Its operations read only these settings.
    config: { UserPoolDefaults: {}, TokenConfig: {} } as unknown as Services["config"],
    tokenGenerator: {
      async generate(_ctx, user, groups, client) {
        const { session, refreshToken } = issuer.startSession(client);
        return { ...issuer.issue(user, groups, client, session), RefreshToken: refreshToken };
      },
    },
  },
  issuer,
  context,
  now,
});

// One call at a time: cognito-local reads a user, waits and writes the whole record back, so that
// of two concurrent registrations of one address both would succeed, and of two sign-ins one would
// lose its session.
let lastCall = Promise.resolve();

parentPort?.on("message", (message: ToWorker) => {
  if (message.type === "clock") offsetMs = message.offsetMs;
  else if (message.type === "call") lastCall = lastCall.then(() => answer(message));
  else {
    stores.flush();
    send({ type: "closed" });
    parentPort?.close();
  }
});

async function answer({ id, target, request }: Extract<ToWorker, { type: "call" }>): Promise<void> {
  try {
    const value = await operations(target, request);
    // Times are numbers of seconds in Cognito's JSON.
    const body = JSON.stringify(value ?? {}, function (this: Record<string, unknown>, key, field) {
      const original = this[key];
      return original instanceof Date ? original.getTime() / 1000 : field;
    });
    send({ type: "answer", id, status: 200, body });
  } catch (error) {
    const known = error instanceof CognitoError;
    const __type = known ? error.code : "UnsupportedOperationException";
    const message = error instanceof Error ? error.message : String(error);
    const status = known || error instanceof UnsupportedError ? 400 : 500;
    send({
      type: "answer",
      id,
      status,
      body: JSON.stringify({ __type: status === 500 ? "InternalErrorException" : __type, message }),
    });
  }
}

send({ type: "ready", jwks: JSON.stringify(issuer.jwks) });
