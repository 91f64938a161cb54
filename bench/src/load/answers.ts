import type { Call, Dialect, Operation } from './call.js';

type Json = Readonly<Record<string, unknown>>;
type Check = (body: Json, call: Call) => boolean;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;
const isPng = (value: unknown): boolean => isText(value) && value.startsWith('data:image/png;base64,iVBOR');
const areCodes = (value: unknown, form: RegExp): boolean =>
  Array.isArray(value) &&
  value.length === 10 &&
  new Set(value).size === 10 &&
  value.every((code) => isText(code) && form.test(code));

function claimsOf(token: unknown): Json {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}

const ours =
  (check: Check): Check =>
  ({ data }, call) =>
    isObject(data) && check(data, call);

const opensSession = (data: Json, { userId }: Call): boolean =>
  claimsOf(data['accessToken'])['sub'] === userId && isText(data['refreshToken']);

const CHECKS: Readonly<Record<Dialect, Readonly<Partial<Record<Operation, Check>>>>> = {
  ours: {
    verify: ours(
      (data, call) =>
        data['status'] === 'authenticated' && data['method'] === 'totp' && opensSession(data, call),
    ),
    trusted: ours(
      (data, call) =>
        data['status'] === 'authenticated' && isObject(data['trustedDevice']) && opensSession(data, call),
    ),
    signIn: ours(
      (data, call) =>
        data['status'] === 'authenticated' && data['method'] === 'totp' && opensSession(data, call),
    ),
    passkey: ours(
      (data, call) =>
        data['status'] === 'authenticated' && data['method'] === 'passkey' && opensSession(data, call),
    ),
    backup: ours(
      (data, call) =>
        data['status'] === 'authenticated' && data['method'] === 'backup_code' && opensSession(data, call),
    ),
    setup: ours(
      ({ secret, qrCodeUri, otpauthUri, backupCodes }) =>
        isText(secret) &&
        /^[A-Z2-7]{32}$/.test(secret) &&
        isText(otpauthUri) &&
        otpauthUri.includes(secret) &&
        isPng(qrCodeUri) &&
        areCodes(backupCodes, /^[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}$/),
    ),
    enable: ours(
      (data, call) =>
        data['enabled'] === true && data['backupCodesRemaining'] === 10 && opensSession(data, call),
    ),
    status: ours(
      ({ enabled, backupCodes }) => enabled === true && isObject(backupCodes) && backupCodes['total'] === 10,
    ),
    refresh: ours(opensSession),
  },
  'better-auth': {
    verify: ({ token, user }, { userId }) => isText(token) && isObject(user) && user['id'] === userId,
    backup: ({ token, user }, { userId }) => isText(token) && isObject(user) && user['id'] === userId,
    setup: ({ totpURI, backupCodes }) =>
      isText(totpURI) &&
      totpURI.startsWith('otpauth://totp/') &&
      areCodes(backupCodes, /^[0-9A-Za-z]{5}-[0-9A-Za-z]{5}$/),
    enable: ({ token, user }, { userId }) => isText(token) && isObject(user) && user['id'] === userId,
    status: ({ session, user }, { userId }) =>
      isObject(session) && isObject(user) && user['id'] === userId && user['twoFactorEnabled'] === true,
  },
  tutorial: {
    verify: ({ accessToken, refreshToken }, { userId }) =>
      claimsOf(accessToken)['sub'] === userId && claimsOf(refreshToken)['sub'] === userId,
    backup: ({ accessToken, refreshToken }, { userId }) =>
      claimsOf(accessToken)['sub'] === userId && claimsOf(refreshToken)['sub'] === userId,
    setup: ({ secret, qrCode, backupCodes }) =>
      isText(secret) && isPng(qrCode) && areCodes(backupCodes, /^[0-9a-f]{10}$/),
    enable: ({ enabled }) => enabled === true,
    status: ({ id, enabled }, { userId }) => id === userId && enabled === true,
    refresh: ({ accessToken, refreshToken }, { userId }) =>
      claimsOf(accessToken)['sub'] === userId && claimsOf(refreshToken)['sub'] === userId,
  },
};

/** What is wrong with an answer, or `undefined` when it is right: status and content. */
export function faultOf(
  { dialect, operation }: { readonly dialect: Dialect; readonly operation: Operation },
  call: Call,
  answer: { readonly status: number; readonly text: string },
): string | undefined {
  const said = `${call.method} ${call.path}: ${answer.status} ${answer.text.slice(0, 200)}`;
  // Nest answers a POST with 201 unless told otherwise, and tutorials do not.
  if (answer.status !== 200 && answer.status !== 201) {
    return said;
  }
  try {
    const body: unknown = JSON.parse(answer.text);
    return isObject(body) && CHECKS[dialect][operation]?.(body, call) === true ? undefined : said;
  } catch {
    return said;
  }
}
