/** The topic of SNS that all notifications are published to, for teams that bring a channel of their own. */
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { environment } from "../../kernel/runtime/environment.ts";

const client = new SNSClient({ maxAttempts: 4 });

/** Publishes a notification of somebody's. Subscribers choose by the attributes `type` and `user_id`. */
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
