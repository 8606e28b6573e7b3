/** What whoever may not know of a room is answered, whether there is one or not. */
export const noAccess = {
  status: 403,
  body: { code: "forbidden", detail: "You don't have access to this room" },
};

/** What is answered where one thing alone is wrong with the input: the value at this path. */
export function invalid(path: string) {
  return { status: 400, problem: { errors: [{ path }] } };
}
