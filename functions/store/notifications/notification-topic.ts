/** The SNS topic of all notifications, for teams with a channel of their own. */
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { environment } from "../../kernel/runtime/environment.ts";

const client = new SNSClient({ maxAttempts: 4 });

/** Publishes a user's notification. Subscribers filter by the attributes `type` and `user_id`. */
export async function publishNotification(userId: string, content: { readonly type: string }): Promise<void> {
  const text = (value: string) => ({ DataType: "String", StringValue: value });
  await client.send(
    new PublishCommand({
      TopicArn: environment.notificationTopicArn,
      Message: JSON.stringify({ user_id: userId, ...content }),
      MessageAttributes: { type: text(content.type), user_id: text(userId) },
    }),
  );
}
