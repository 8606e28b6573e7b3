import { CognitoError } from "cognito-local/lib/errors.js";

interface PasswordPolicy {
  readonly MinimumLength?: number;
  readonly RequireLowercase?: boolean;
  readonly RequireUppercase?: boolean;
  readonly RequireNumbers?: boolean;
  readonly RequireSymbols?: boolean;
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html */
const symbols = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;

/** Throws InvalidPasswordException if the pool's policy refuses it. cognito-local has no policy. */
export function checkPassword(password: string, policy: PasswordPolicy | undefined): void {
  const rules: readonly (readonly [boolean, string])[] = [
    [password.length >= (policy?.MinimumLength ?? 8), "Password not long enough"],
    [!policy?.RequireUppercase || /[A-Z]/.test(password), "Password must have uppercase characters"],
    [!policy?.RequireLowercase || /[a-z]/.test(password), "Password must have lowercase characters"],
    [!policy?.RequireNumbers || /[0-9]/.test(password), "Password must have numeric characters"],
    [!policy?.RequireSymbols || symbols.test(password), "Password must have symbol characters"],
    [password.length <= 256, "Password is too long"],
    [password.trim() === password, "Password must not begin or end with a space"],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (!broken) return;
  throw new CognitoError("InvalidPasswordException", `Password did not conform with policy: ${broken[1]}`);
}
