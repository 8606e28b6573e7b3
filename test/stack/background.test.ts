import { describe, expect, it } from "vitest";
import { functionNames, functionNeeds } from "../../lib/functions.ts";
import { streamFilters } from "../support/internals.ts";
import { at, functionName, type Resource, referenced, render, synthesize, variants } from "./synthesize.ts";

for (const [variant, context] of variants) {
  describe(`the background (${variant})`, () => {
    const stack = synthesize(context);
    const queues = stack.of("AWS::SQS::Queue");
    const feeding = queues.filter(({ properties }) => properties.RedrivePolicy !== undefined);
    const deadLettersOf = (queue: Resource): Resource =>
      stack.get(referenced(at(queue.properties.RedrivePolicy, "deadLetterTargetArn")));
    const mappings = stack.of("AWS::Lambda::EventSourceMapping").map(({ properties }) => ({
      name: functionName(stack.get(referenced(properties.FunctionName))),
      source: stack.get(referenced(properties.EventSourceArn)),
      properties,
    }));

    it("has queues that give a message five attempts, or a page time to wait, and then keep it for two weeks", () => {
      expect(feeding.length * 2).toBe(queues.length);
      for (const queue of feeding) {
        const deadLetters = deadLettersOf(queue);
        expect(at(queue.properties.RedrivePolicy, "maxReceiveCount")).toBe(
          queue.id.startsWith("Delivery") ? 100 : 5,
        );
        expect(deadLetters.properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
        expect(deadLetters.properties.FifoQueue).toBe(queue.properties.FifoQueue);
      }
    });

    it("has queues that are encrypted, and refuse plain HTTP", () => {
      for (const { id, properties } of queues) {
        expect(properties.SqsManagedSseEnabled).toBe(true);
        const policy = stack
          .of("AWS::SQS::QueuePolicy")
          .find((one) => referenced(one.properties.Queues) === id);
        expect(at(policy?.properties.PolicyDocument, "Statement")).toContainEqual(
          expect.objectContaining({
            Effect: "Deny",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        );
      }
    });

    it("gives each function one source, if it takes from one, and no other", () => {
      const taking = functionNames.filter((name) => functionNeeds[name].takesFrom !== undefined);
      expect(mappings.map(({ name }) => name).sort()).toEqual(taking.sort());
      for (const { name, source, properties } of mappings) {
        expect(properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
        const takesFrom = functionNeeds[name].takesFrom;
        if (takesFrom === "stream") expect(source.id).toBe(stack.one("AWS::DynamoDB::Table").id);
        else {
          expect(source.id.toLowerCase()).toContain(`${takesFrom}queue`);
          expect(properties.BatchSize).toBe(10);
          // A shorter timeout would make Lambda refuse the mapping; AWS advises six times the
          // function's.
          expect(source.properties.VisibilityTimeout).toBe(6 * functionNeeds[name].timeoutSeconds);
        }
      }
    });

    it("takes the changes of the table filtered, retries, halves batches, and gives them up to the dead letters", () => {
      const changes = mappings.find(({ name }) => name === "tableStream")?.properties;
      expect(changes).toMatchObject({
        StartingPosition: "TRIM_HORIZON",
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 5,
      });
      expect(at(changes?.FilterCriteria, "Filters")).toEqual(
        streamFilters.map((change) => ({ Pattern: JSON.stringify(change) })),
      );
      // Lambda takes no more filters:
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
      expect(streamFilters.length).toBeLessThanOrEqual(5);
      const tasks = mappings.find(({ name }) => name === "tasks")?.source;
      const destination = referenced(at(changes?.DestinationConfig, "OnFailure", "Destination"));
      expect(destination).toBe(tasks && deadLettersOf(tasks).id);
    });

    it("names a queue to each function that sends to it or takes from it, and to no other", () => {
      for (const resource of stack.of("AWS::Lambda::Function")) {
        const { sendsTo = [], takesFrom } = functionNeeds[functionName(resource)];
        for (const queue of ["delivery", "tasks", "push"] as const) {
          const url = at(resource.properties.Environment, "Variables", `${queue.toUpperCase()}_QUEUE_URL`);
          expect(url !== undefined, `${queue} of ${resource.id}`).toBe(
            sendsTo.includes(queue) || takesFrom === queue,
          );
          if (url !== undefined) expect(render(url).toLowerCase()).toContain(`${queue}queue`);
        }
      }
    });
  });
}
