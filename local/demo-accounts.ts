/** Accounts to try the API with. Long and mixed enough for the password policy of either stage. */
const demoPassword = "Parley-demo-1";
const demoAccounts = [
  { username: "ada", email: "ada@example.com", display_name: "Ada" },
  { username: "grace", email: "grace@example.com", display_name: "Grace" },
] as const;

/**
 * Registers the demo accounts through the HTTP API, as any user does. A 409 means that an earlier
 * start made them. Returns the reason if they cannot be used.
 */
export async function createDemoAccounts(httpUrl: string): Promise<string | undefined> {
  for (const account of demoAccounts) {
    const response = await fetch(`${httpUrl}/api/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...account, password: demoPassword }),
    });
    const text = await response.text();
    if (response.status === 409) continue;
    if (response.status !== 201) return `POST /api/auth/register answered ${response.status}: ${text}`;
    if (!isConfirmed(text))
      return "this stage confirms accounts by e-mail. The codes are printed here by `aws`, and at GET /mail of the control API.";
  }
  return undefined;
}

function isConfirmed(text: string): boolean {
  const answer: unknown = JSON.parse(text);
  return typeof answer === "object" && answer !== null && "confirmed" in answer && answer.confirmed === true;
}

/** How to use them from a shell. */
export function describeDemoAccounts(httpUrl: string): string {
  const [first] = demoAccounts;
  const body = JSON.stringify({ email: first.email, password: demoPassword });
  return `Two accounts are ready: ${demoAccounts.map(({ email }) => email).join(" and ")}, both with the password ${demoPassword}

  TOKEN=$(curl -s ${httpUrl}/api/auth/login -H 'content-type: application/json' \\
    -d '${body}' | node -pe 'JSON.parse(fs.readFileSync(0)).access_token')
  curl -s ${httpUrl}/api/chat/rooms -H "authorization: Bearer $TOKEN"`;
}
