/** The answer to a caller who may not know whether the room exists. */
export const noAccess = {
  status: 403,
  body: { code: "forbidden", detail: "You don't have access to this room" },
};

/** Returns the answer to input of which only the value at this path is wrong. */
export function invalid(path: string) {
  return { status: 400, problem: { errors: [{ path }] } };
}
