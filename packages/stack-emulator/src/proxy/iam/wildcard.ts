/** A test for text against an IAM pattern: `*` is any text, `?` any one character. */
export function wildcard(
  pattern: string,
  options?: { readonly ignoreCase: boolean },
): (text: string) => boolean {
  if (pattern === "*") return () => true;
  const expression = new RegExp(`^${source(pattern, "[^]")}$`, options?.ignoreCase ? "i" : "");
  return (text) => expression.test(text);
}

/**
 * The same for ARNs, whose parts between colons match one by one; only the last part may hold
 * colons itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function arnWildcard(pattern: string): (arn: string) => boolean {
  if (pattern === "*") return () => true;
  const parts = pattern.split(":");
  const head = parts.slice(0, 5).map((part) => source(part, "[^:]"));
  const tail = source(parts.slice(5).join(":"), "[^]");
  const expression = new RegExp(`^${[...head, tail].join(":")}$`);
  return (arn) => expression.test(arn);
}

function source(pattern: string, any: string): string {
  return pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", `${any}*`)
    .replaceAll("?", any);
}
