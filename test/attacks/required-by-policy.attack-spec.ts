import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../contract/support/operations.js';
import {
  ROUNDS,
  Tally,
  accepted,
  countVerdicts,
  faults,
  repeat,
  together,
  useTarget,
} from '../support/attack.js';
import type { Answer } from '../support/client.js';
import type { SetupData } from '../support/people.js';
import { ServerProcess } from '../support/server-process.js';
import { type Victim, seedVictim } from '../support/victims.js';

const target = useTarget();
const AT_ONCE = 50;
const DAY_SECONDS = 86_400;

interface Login extends Record<string, unknown> {
  readonly status: string;
  readonly enrolmentToken?: string;
  readonly trustedDevice?: object;
}

const STOPPED = 'two_factor_enrolment_required';

/** Of the staff this backend requires a factor at once. */
async function setRole({ id }: Victim, role: 'user' | 'support' | 'admin'): Promise<void> {
  await target.query('UPDATE users SET role = $2 WHERE id = $1', [id, role]);
}

function enrolment<Data = Record<string, unknown>>(path: string, body: object): Promise<Answer<Data>> {
  return target.call<Data>(`/auth/2fa/enrolment/${path}`, { body });
}

/** One of the staff without a factor and without a session, whose sign-in was stopped, and who has scanned the QR code. */
async function aStopped(): Promise<{
  readonly victim: Victim;
  readonly token: string;
  readonly phone: Phone;
}> {
  const victim = await seedVictim(target, { isEnabled: false, sessions: 0 });
  await setRole(victim, 'support');
  const { data } = await victim.login<Login>();
  expect(data.status).toBe(STOPPED);
  const token = data.enrolmentToken ?? '';
  const { data: setup } = await enrolment<SetupData>('setup', { enrolmentToken: token });
  return { victim, token, phone: Phone.of(setup.otpauthUri, target.clock) };
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Every call that the document says takes a session, with a body that is right but for the session. */
function guardedOperations(code: string, password: string): readonly Operation[] {
  const file = fileURLToPath(new URL('../../openapi.json', import.meta.url));
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { security: readonly object[]; requestBody?: object }>>;
  };
  return Object.entries(paths).flatMap(([documented, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security.length > 0)
      .map(([method, { requestBody }]) => {
        const path = documented
          .replace('/api/v1', '')
          .replace('{id}', '00000000-0000-4000-8000-000000000000');
        const known = OPERATIONS.find((operation) => operation.path === path);
        const body = { ...known?.required, ...('code' in (known?.required ?? {}) ? { code, password } : {}) };
        return { method: method.toUpperCase(), path, body: requestBody === undefined ? undefined : body };
      }),
  );
}

describe('the token of a sign-in that a policy has stopped', () => {
  it('is no session for any route that takes one, and changes nothing there', async () => {
    await target.clock.freezeMidStep();
    const { victim, token, phone } = await aStopped();
    const before = await victim.rows();
    const operations = guardedOperations(phone.code(), victim.password);

    const answers = await Promise.all(
      operations.map(({ path, ...options }) => target.call(path, { ...options, token })),
    );

    expect(operations.length).toBeGreaterThan(20);
    expect(countVerdicts(answers)).toEqual({ '401 AUTH_TOKEN_INVALID': operations.length });
    expect(await victim.rows()).toEqual(before);
  });

  it('is no other token: no challenge, no refresh, no trusted device, no link of a notice', async () => {
    await target.clock.freezeMidStep();
    const { victim, token, phone } = await aStopped();
    const before = await victim.rows();
    const { email, password } = victim;

    const answers = [
      await target.call('/auth/2fa/verify', { body: { challengeToken: token, code: phone.code() } }),
      await target.call('/auth/2fa/verify/options', { body: { challengeToken: token } }),
      await target.call('/auth/refresh', { body: { refreshToken: token } }),
    ];
    // Whoever asks is told the same, whatever the token.
    const panic = await target.call('/auth/2fa/panic', { body: { token } });
    const trusted = await target.call<Login>('/auth/login', {
      body: { email, password },
      headers: { 'two-factor-trust': token },
    });

    expect(accepted(answers)).toEqual([]);
    expect(faults(answers)).toEqual([]);
    expect(panic.data).toEqual({ received: true });
    expect(trusted.data.status).toBe(STOPPED);
    expect(await victim.rows()).toEqual(before);
    // A later sign-in has taken its place.
    const late = await enrolment('enable', { enrolmentToken: token, code: phone.code() });
    expect(countVerdicts([late])).toEqual({ '401 TWO_FACTOR_CHALLENGE_INVALID': 1 });
  });

  it(`enrols once, of ${AT_ONCE} times at once over two processes: one factor, one set of codes, one session`, async () => {
    const tally = new Tally('one enrolment token at once');
    await target.clock.freezeMidStep();
    await repeat(ROUNDS, async () => {
      const { victim, token, phone } = await aStopped();

      const answers = await together(AT_ONCE, () =>
        enrolment('enable', { enrolmentToken: token, code: phone.code() }),
      );

      tally.add(answers);
      expect(faults(answers)).toEqual([]);
      expect(accepted(answers)).toHaveLength(1);
      const { active, pending, codes, sessions } = await victim.rows();
      expect(active).not.toBeNull();
      expect({ pending, codes, sessions }).toMatchObject({
        pending: null,
        codes: 10,
        sessions: [{ passed: ['totp'] }],
      });
      expect(sessions).toHaveLength(1);
      const factors = await target.query('SELECT FROM two_factor_secrets WHERE user_id = $1', [victim.id]);
      expect(factors).toHaveLength(1);
      const again = await enrolment('setup', { enrolmentToken: token });
      expect(countVerdicts([again])).toEqual({ '401 TWO_FACTOR_CHALLENGE_INVALID': 1 });
    });
    tally.write();
  });

  it('of one user enrols no other', async () => {
    await target.clock.freezeMidStep();
    const [mine, theirs] = [await aStopped(), await aStopped()];
    const { token } = mine;
    const secret = (from: string): string => from.slice(-43);
    const forged = theirs.token.slice(0, -43) + secret(token);

    const answers = [
      await enrolment('enable', { enrolmentToken: token, code: theirs.phone.code() }),
      await enrolment('enable', { enrolmentToken: forged, code: theirs.phone.code() }),
    ];

    expect(countVerdicts(answers)).toEqual({
      '401 TWO_FACTOR_CHALLENGE_INVALID': 1,
      '422 TWO_FACTOR_CODE_INVALID': 1,
    });
    expect((await theirs.victim.rows()).active).toBeNull();
    expect((await mine.victim.rows()).active).toBeNull();
  });
});

describe('a policy that is tightened', () => {
  it('between the password and the code keeps a device from being trusted', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target, { sessions: 0 });
    const challengeToken = await victim.openChallenge();
    await setRole(victim, 'admin');

    const { data, status } = await target.call<Login>('/auth/2fa/verify', {
      body: { challengeToken, code: victim.code, trustDevice: true },
      headers: { 'two-factor-trust': 'none' },
    });

    expect({ status, said: data.status, trusted: data.trustedDevice }).toEqual({
      status: 200,
      said: 'authenticated',
      trusted: undefined,
    });
    const trusts = await target.query('SELECT FROM two_factor_trusted_devices WHERE user_id = $1', [
      victim.id,
    ]);
    expect(trusts).toEqual([]);
  });

  it('stops every sign-in that begins after it, of a burst that is under way', async () => {
    await target.clock.freezeMidStep();
    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target, { isEnabled: false, sessions: 0 });
      const during = together(20, () => victim.login<Login>());
      await setRole(victim, 'support');

      const after = await together(10, () => victim.login<Login>());

      expect(faults([...(await during), ...after])).toEqual([]);
      const good = after.filter(({ status }) => status === 200);
      expect(new Set(good.map(({ data }) => data.status))).toEqual(new Set([STOPPED]));
      const opened = (await during).filter(({ data }) => data?.status === 'authenticated');
      expect((await victim.rows()).sessions).toHaveLength(opened.length);
    });
  });
});

describe('days of grace', () => {
  /** Two more processes on the same database, which require a factor of everybody. */
  let servers: readonly ServerProcess[] = [];
  beforeAll(async () => {
    const variables = { TWO_FACTOR_REQUIRED_FROM: '2020-01-01', TWO_FACTOR_GRACE_DAYS: '3' };
    const start = (): Promise<ServerProcess> =>
      ServerProcess.start({ databaseUrl: target.database.url, clock: target.clock.of(), variables });
    servers = [await start(), await start()];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()));
  });

  it('begin once, whatever signs in at two processes whose clocks are a day apart', async () => {
    await target.clock.freezeMidStep();
    const start = target.clock.now().getTime();
    const setDays = async (days: number): Promise<void> => {
      await Promise.all(
        servers.map((server, index) =>
          server.setClock({ frozenAt: start + (days + index) * DAY_SECONDS * 1000 }),
        ),
      );
    };
    const victim = await seedVictim(target, { isEnabled: false, sessions: 0 });
    const { email, password } = victim;
    const logInAt = (server: ServerProcess): Promise<Answer<Login>> =>
      target.callAt<Login>(server, '/auth/login', { body: { email, password } });
    const burst = (): Promise<Answer<Login>[]> =>
      together(20, (index) => logInAt(servers[index % servers.length]!));
    const deadlines = async (): Promise<number[]> => {
      const rows = await target.query<{ due: Date }>(
        'SELECT due_at AS due FROM two_factor_deadlines WHERE user_id = $1',
        [victim.id],
      );
      return rows.map(({ due }) => (due.getTime() - start) / (DAY_SECONDS * 1000));
    };
    await setDays(0);

    const first = await burst();
    const [due = NaN] = await deadlines();
    const seen: string[][] = [];
    // Forth and back: the one who comes first of the two has said when.
    for (const days of [1, 2, 0, due - 1, due]) {
      await setDays(days);
      const answers = await burst();
      expect(faults(answers)).toEqual([]);
      const good = answers.filter(({ status }) => status === 200);
      seen.push([...new Set(good.map(({ data }) => data.status))].toSorted());
    }

    expect(faults(first)).toEqual([]);
    expect([3, 4]).toContain(due);
    expect(await deadlines()).toEqual([due]);
    expect(seen.at(-2)).toEqual(['authenticated', STOPPED]);
    expect(seen.at(-1)).toEqual([STOPPED]);
    expect(
      (await victim.rows()).events.filter((event) => event.startsWith('enrolment_demanded')),
    ).toHaveLength(1);
  });
});
