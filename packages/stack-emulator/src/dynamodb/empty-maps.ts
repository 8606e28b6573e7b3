import { isRecord } from "../proxy/types.ts";

/**
 * The attributes of an image as a stream of AWS gives them: DynamoDB Local's streams leave the type
 * of an empty map out, `{}` for `{"M":{}}`, at any depth.
 */
function withEmptyMaps(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, restored(value)]));
}

function restored(value: unknown): unknown {
  if (!isRecord(value)) return value;
  if (Object.keys(value).length === 0) return { M: {} };
  if (isRecord(value.M)) return { M: withEmptyMaps(value.M) };
  return Array.isArray(value.L) ? { L: value.L.map(restored) } : value;
}

/** The same for all images in an answer to GetRecords. */
export function withEmptyMapsInRecords(answer: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!Array.isArray(answer.Records)) return answer;
  const Records = answer.Records.map((record: unknown) => {
    if (!isRecord(record) || !isRecord(record.dynamodb)) return record;
    const { OldImage, NewImage, ...change } = record.dynamodb;
    return {
      ...record,
      dynamodb: {
        ...change,
        ...(isRecord(OldImage) && { OldImage: withEmptyMaps(OldImage) }),
        ...(isRecord(NewImage) && { NewImage: withEmptyMaps(NewImage) }),
      },
    };
  });
  return { ...answer, Records };
}
