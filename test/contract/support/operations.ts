/** An operation that takes a body, and what is in it. */
export interface Operation {
  /** Default: POST. */
  readonly method?: 'POST' | 'PATCH';
  readonly path: string;
  readonly isGuarded: boolean;
  /** Well-formed values, though none of them is right. */
  readonly required: Readonly<Record<string, unknown>>;
  readonly optional: Readonly<Record<string, unknown>>;
}

const EMAIL = 'nobody@example.com';
const PASSWORD = 'a password that nobody has';
const TOKEN = 'A'.repeat(43);
const CODE = '000000';
const BACKUP_CODE = 'AAAAA-AAAAA-AAAAA';
/** Of no authenticator. */
export const ID = '00000000-0000-4000-8000-000000000000';
const NAME = 'Phone of nobody';
const CREDENTIAL = { id: 'AAAA', rawId: 'AAAA', type: 'public-key' };
const PASSKEY = {
  ...CREDENTIAL,
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
};
const REGISTRATION = { ...CREDENTIAL, response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } };

/** Every operation with a body. A test holds this list to the routes of the application. */
export const OPERATIONS: readonly Operation[] = [
  { path: '/auth/register', isGuarded: false, required: { email: EMAIL, password: PASSWORD }, optional: {} },
  { path: '/auth/login', isGuarded: false, required: { email: EMAIL, password: PASSWORD }, optional: {} },
  { path: '/auth/refresh', isGuarded: false, required: { refreshToken: TOKEN }, optional: {} },
  {
    path: '/auth/2fa/setup',
    isGuarded: true,
    required: {},
    optional: {
      code: CODE,
      backupCode: BACKUP_CODE,
      passkey: PASSKEY,
      authenticatorId: ID,
      password: PASSWORD,
      replaces: ID,
      name: NAME,
    },
  },
  { path: '/auth/2fa/enable', isGuarded: true, required: { code: CODE }, optional: { password: PASSWORD } },
  {
    path: '/auth/2fa/verify',
    isGuarded: false,
    required: { challengeToken: TOKEN },
    optional: { code: CODE, backupCode: BACKUP_CODE, passkey: PASSKEY, authenticatorId: ID },
  },
  {
    path: '/auth/2fa/enrolment/setup',
    isGuarded: false,
    required: { enrolmentToken: TOKEN },
    optional: { name: NAME },
  },
  {
    path: '/auth/2fa/enrolment/enable',
    isGuarded: false,
    required: { enrolmentToken: TOKEN, code: CODE },
    optional: {},
  },
  {
    path: '/auth/2fa/enrolment/passkeys/options',
    isGuarded: false,
    required: { enrolmentToken: TOKEN },
    optional: {},
  },
  {
    path: '/auth/2fa/enrolment/passkeys',
    isGuarded: false,
    required: { enrolmentToken: TOKEN, response: REGISTRATION },
    optional: { name: NAME },
  },
  {
    path: '/auth/2fa/backup-codes',
    isGuarded: true,
    required: { code: CODE },
    optional: { authenticatorId: ID, password: PASSWORD },
  },
  {
    path: '/auth/2fa/disable',
    isGuarded: true,
    required: { code: CODE },
    optional: { authenticatorId: ID, password: PASSWORD },
  },
  {
    method: 'PATCH',
    path: `/auth/2fa/authenticators/${ID}`,
    isGuarded: true,
    required: { name: NAME },
    optional: {},
  },
  {
    path: `/auth/2fa/authenticators/${ID}/remove`,
    isGuarded: true,
    required: { code: CODE },
    optional: { authenticatorId: ID, password: PASSWORD },
  },
  {
    path: '/auth/password',
    isGuarded: true,
    required: { currentPassword: PASSWORD, newPassword: PASSWORD },
    optional: { code: CODE, backupCode: BACKUP_CODE },
  },
  {
    path: '/auth/2fa/passkeys/options',
    isGuarded: true,
    required: {},
    optional: {
      code: CODE,
      backupCode: BACKUP_CODE,
      passkey: PASSKEY,
      authenticatorId: ID,
      password: PASSWORD,
    },
  },
  {
    path: '/auth/2fa/passkeys',
    isGuarded: true,
    required: { response: REGISTRATION },
    optional: { name: NAME, password: PASSWORD },
  },
  { path: '/auth/2fa/passkeys/challenge', isGuarded: true, required: {}, optional: {} },
  {
    path: '/auth/2fa/verify/options',
    isGuarded: false,
    required: { challengeToken: TOKEN },
    optional: {},
  },
  {
    path: '/auth/2fa/step-up',
    isGuarded: true,
    required: {},
    optional: { code: CODE, passkey: PASSKEY, authenticatorId: ID },
  },
  { path: '/auth/2fa/panic', isGuarded: false, required: { token: TOKEN }, optional: {} },
  {
    path: '/auth/2fa/recovery',
    isGuarded: false,
    required: { resetCode: BACKUP_CODE, email: EMAIL, password: PASSWORD },
    optional: {},
  },
  { path: '/admin/2fa/resets', isGuarded: true, required: { userId: ID, reason: NAME }, optional: {} },
  { path: `/admin/2fa/resets/${ID}/approve`, isGuarded: true, required: { reason: NAME }, optional: {} },
  { path: `/admin/2fa/resets/${ID}/cancel`, isGuarded: true, required: { reason: NAME }, optional: {} },
];

/** The same list for `it.each`: the path, which names the test, and the operation. */
export const OPERATIONS_BY_PATH = OPERATIONS.map(
  (operation) => [operation.path, operation] as [string, Operation],
);
