import { expect, test } from "vitest";
import { callerOf, mayAct } from "../../functions/api/caller.ts";

const claimed = (claims: Readonly<Record<string, unknown>>) =>
  callerOf({ claims: { sub: "ann", ...claims }, userArn: undefined });

test("an AWS identity that may invoke the API is an administrator's, under its own name", () => {
  const userArn = "arn:aws:sts::111122223333:assumed-role/ops/olga";
  expect(callerOf({ claims: undefined, userArn })).toEqual({ actor: userArn, roles: ["admin"] });
});

test("whom the gateway found out nothing about is nobody, and a token does not borrow an identity", () => {
  expect(callerOf(undefined)).toBeUndefined();
  expect(callerOf({ claims: undefined, userArn: undefined })).toBeUndefined();
  expect(callerOf({ claims: { accord_role: "admin" }, userArn: "arn:aws:x" })).toBeUndefined();
});

test.each([
  [{ accord_role: "viewer" }, ["viewer"]],
  [{ accord_role: "Admin" }, []],
  [{ accord_role: "", "cognito:groups": "[accord-admin]" }, []],
  [{ "cognito:groups": "[accord-finance accord-admin other]" }, ["finance", "admin"]],
  [{ "cognito:groups": "accord-finance" }, ["finance"]],
  [{ "cognito:groups": "[accord-administrators]" }, []],
  [{ groups: "accord-admin" }, []],
])("the claims %j give the roles %j", (claims, roles) => {
  expect(claimed(claims)?.roles).toEqual(roles);
});

test("finance, modellers and administrators may look, and none may do what is another's", () => {
  const may = (role: string) =>
    (["viewer", "finance", "modeller", "admin"] as const).filter((least) =>
      mayAct(claimed({ accord_role: role }) ?? { actor: "", roles: [] }, least),
    );
  const roles = ["viewer", "finance", "modeller", "admin", "owner"];
  expect(roles.map(may)).toEqual([
    ["viewer"],
    ["viewer", "finance"],
    ["viewer", "modeller"],
    ["viewer", "admin"],
    [],
  ]);
});
