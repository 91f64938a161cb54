import { randomUUID } from 'node:crypto';
import { type ChallengeAnswer, TwoFactorNotices } from 'nestjs-two-factor';
import { type Enrolled, SoftPasskey, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Host, startHost } from '../support/host.js';
import { Mailbox } from '../support/mailbox.js';
import { ORIGIN, PasskeyUser, WEBAUTHN } from '../support/passkeys.js';

let database: TestDatabase;
let host: Host;
let mailbox: Mailbox;
let notices: TwoFactorNotices;

/** A process more on the same database, with a clock of its own. */
function start(into: Mailbox): Promise<Host> {
  return startHost(database, {
    options: { noticeSink: into, webauthn: WEBAUTHN, trustedDevices: { days: 30 } },
  });
}

beforeAll(async () => {
  database = await createDatabase();
});
beforeEach(async () => {
  await host?.app.close();
  await database.query('TRUNCATE two_factor_notices, two_factor_panic_tokens');
  mailbox = new Mailbox();
  host = await start(mailbox);
  notices = host.app.get(TwoFactorNotices);
});
afterAll(async () => {
  await host?.app.close();
  await database?.drop();
});

const FROM = { ip: '192.0.2.7', userAgent: 'Browser' } as const;

interface Somebody extends Enrolled {
  readonly id: string;
}

async function somebody(): Promise<Somebody> {
  const id = randomUUID();
  const { clock } = host;
  const enrolled = await enrol(host.app, { id, label: 'ann@example.com' }, { clock });
  clock.advance({ seconds: 60 });
  return { id, ...enrolled };
}

async function signIn(
  { id }: Somebody,
  answer: Pick<ChallengeAnswer, 'proof' | 'trustDevice'>,
): Promise<void> {
  const challengeToken = await challengeTokenOf(host.twoFactor, id);
  await host.twoFactor.completeSignIn({
    challengeToken,
    sessionId: 'opened',
    context: FROM,
    ...answer,
  });
}

/** A change of one's factors, with a fresh code. */
function change({ id, phone }: Somebody) {
  host.clock.advance({ seconds: 30 });
  const authenticatedAt = host.clock.now();
  return { userId: id, proof: { code: phone.freshCode() }, signIn: { authenticatedAt }, context: FROM };
}

async function waitingOf({ id }: Somebody): Promise<readonly string[]> {
  const rows = await database.query<{ type: string }>(
    'SELECT type FROM two_factor_notices WHERE user_id = $1 ORDER BY number',
    [id],
  );
  return rows.map(({ type }) => type);
}

describe('invariant 43: a notice', () => {
  it('tells what has happened, when and from where, once the host has taken it', async () => {
    const ann = await somebody();
    const { clock } = host;

    const request = change(ann);
    await host.twoFactor.regenerateBackupCodes(request);
    await notices.deliver();

    expect(mailbox.typesOf(ann.id)).toEqual(['enabled', 'backup_codes_regenerated']);
    expect(mailbox.of(ann.id).at(-1)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId: ann.id,
      type: 'backup_codes_regenerated',
      at: clock.now(),
      method: 'totp',
      ...FROM,
      backupCodesRemaining: undefined,
      panicToken: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/),
    });
    expect(await waitingOf(ann)).toEqual([]);
  });

  it('comes by itself, without anybody who asks for it', async () => {
    const arrived = new Promise<string>((resolve) => {
      mailbox.isBroken = ({ userId }) => {
        resolve(userId);
        return false;
      };
    });

    const ann = await somebody();

    expect(await arrived).toBe(ann.id);
  });

  it('is there for each change, in order', async () => {
    const ann = await somebody();
    const passkey = new PasskeyUser(host, ann.id);
    await signIn(ann, { proof: { code: ann.phone.freshCode() }, trustDevice: true });
    const { publicKey } = await passkey.creationOptions({ proof: change(ann).proof });
    await passkey.register(new SoftPasskey(ORIGIN).create(publicKey));
    const { id } =
      (await host.twoFactor.status(ann.id)).authenticators.find(({ type }) => type === 'passkey') ?? {};
    await host.authenticators.remove({ ...change(ann), id: id ?? '', sessionId: 'opened' });
    await host.sessions.passwordChanged({ ...change(ann), sessionId: 'opened' });
    await host.twoFactor.disable(change(ann));
    await host.sessions.passwordReset({ userId: ann.id });
    await notices.deliver();

    expect(mailbox.typesOf(ann.id)).toEqual([
      'enabled',
      'device_trusted',
      'authenticator_added',
      'authenticator_removed',
      'password_changed',
      'disabled',
      'password_reset',
    ]);
  });

  it('is written for no wrong code, and for no change that fails in the host', async () => {
    const ann = await somebody();
    const wrong = { ...change(ann), proof: { code: ann.phone.wrongCode() } };
    const failing = {
      ...change(ann),
      inSameCommit: async () => {
        throw new Error('the host fails');
      },
    };

    await expect(host.twoFactor.disable(wrong)).rejects.toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });
    await expect(host.twoFactor.disable(failing)).rejects.toThrow('the host fails');
    await notices.deliver();

    expect(mailbox.typesOf(ann.id)).toEqual(['enabled']);
    expect(await waitingOf(ann)).toEqual([]);
  });

  it('tells of a backup code that was used, and at three and at one what is left', async () => {
    const ann = await somebody();
    for (const backupCode of ann.backupCodes.slice(0, 9)) {
      await signIn(ann, { proof: { backupCode } });
    }
    await notices.deliver();

    const used = Array.from({ length: 9 }, () => 'backup_code_used');
    expect(mailbox.typesOf(ann.id).filter((type) => type !== 'backup_codes_low')).toEqual([
      'enabled',
      ...used,
    ]);
    const low = mailbox.of(ann.id).filter(({ type }) => type === 'backup_codes_low');
    expect(low.map(({ backupCodesRemaining, panicToken }) => [backupCodesRemaining, panicToken])).toEqual([
      [3, undefined],
      [1, undefined],
    ]);
  });

  it('counts the codes that are left as they are when two are used at once', async () => {
    const ann = await somebody();
    for (const backupCode of ann.backupCodes.slice(0, 5)) {
      await signIn(ann, { proof: { backupCode } });
    }

    const authenticatedAt = host.clock.now();
    const user = { id: ann.id, label: 'ann@example.com' };
    await Promise.all(
      ann.backupCodes
        .slice(5, 7)
        .map((backupCode) =>
          host.twoFactor.setup({ user, proof: { backupCode }, signIn: { authenticatedAt } }),
        ),
    );
    await notices.deliver();

    const low = mailbox.of(ann.id).filter(({ type }) => type === 'backup_codes_low');
    expect(low.map(({ backupCodesRemaining }) => backupCodesRemaining)).toEqual([3]);
  });

  it('tells of a lock-out, once for a run of attempts that meet it', async () => {
    const ann = await somebody();
    const challengeToken = await challengeTokenOf(host.twoFactor, ann.id);
    for (let guess = 0; guess < 4; guess += 1) {
      const answer = { challengeToken, sessionId: 's', proof: { code: ann.phone.wrongCode() } };
      await expect(host.twoFactor.completeSignIn(answer)).rejects.toMatchObject({
        code: 'TWO_FACTOR_CODE_INVALID',
      });
    }
    const authenticatedAt = host.clock.now();
    const disabling = {
      userId: ann.id,
      proof: { code: ann.phone.wrongCode() },
      signIn: { authenticatedAt },
      context: FROM,
    };
    await expect(host.twoFactor.disable(disabling)).rejects.toMatchObject({
      code: 'TWO_FACTOR_CODE_INVALID',
    });

    await expect(host.twoFactor.disable(disabling)).rejects.toMatchObject({ code: 'TWO_FACTOR_LOCKED' });
    await expect(host.twoFactor.disable(disabling)).rejects.toMatchObject({ code: 'TWO_FACTOR_LOCKED' });
    await notices.deliver();

    expect(mailbox.typesOf(ann.id)).toEqual(['enabled', 'locked_out']);
    expect(mailbox.of(ann.id).at(-1)).toMatchObject({ method: 'totp', ...FROM });
  });

  it('tells of a passkey whose counter went back, refused or not', async () => {
    const refused = new PasskeyUser(host, randomUUID());
    const synced = new PasskeyUser(host, randomUUID());
    const { passkey } = await refused.enrol();
    const { passkey: copied } = await synced.enrol({ isBackupEligible: true });
    await refused.logIn(passkey, { counter: 9 });
    await synced.logIn(copied, { counter: 9 });

    await expect(refused.logIn(passkey, { counter: 3 })).rejects.toMatchObject({ reason: 'counter' });
    await synced.logIn(copied, { counter: 3 });
    await notices.deliver();

    expect(mailbox.typesOf(refused.id)).toEqual(['enabled', 'passkey_counter_regressed']);
    expect(mailbox.typesOf(synced.id)).toEqual(['enabled', 'passkey_counter_regressed']);
  });
});

describe('a sink that refuses', () => {
  it('gets the notice again, with the same id and a token that works beside the one before', async () => {
    mailbox.isBroken = () => true;
    const userId = randomUUID();
    await host.sessions.passwordReset({ userId });
    await notices.deliver();
    mailbox.isBroken = () => false;

    host.clock.advance({ seconds: 9 });
    await notices.deliver();
    const tooEarly = mailbox.handed.length;
    host.clock.advance({ seconds: 1 });
    await notices.deliver();

    const [first, second] = mailbox.handed;
    expect([tooEarly, mailbox.handed.length]).toEqual([1, 2]);
    expect(second?.id).toBe(first?.id);
    expect(second?.panicToken).not.toBe(first?.panicToken);
    expect(
      await database.query('SELECT FROM two_factor_panic_tokens WHERE user_id = $1', [userId]),
    ).toHaveLength(2);
    expect(mailbox.typesOf(userId)).toEqual(['password_reset']);
  });

  it('keeps what follows waiting for its user, and nobody else', async () => {
    mailbox.isBroken = ({ type }) => type === 'enabled';
    const ann = await somebody();
    await notices.deliver();
    await host.twoFactor.regenerateBackupCodes(change(ann));
    const bob = randomUUID();
    await host.sessions.passwordReset({ userId: bob });
    await notices.deliver();

    expect(mailbox.typesOf(bob)).toEqual(['password_reset']);
    expect(mailbox.typesOf(ann.id)).toEqual([]);
    expect(await waitingOf(ann)).toEqual(['enabled', 'backup_codes_regenerated']);
  });

  it('is asked twelve times; then the notice is parked, and what follows arrives', async () => {
    mailbox.isBroken = ({ type }) => type === 'enabled';
    const ann = await somebody();
    await host.twoFactor.regenerateBackupCodes(change(ann));
    for (let hour = 0; hour < 20; hour += 1) {
      await notices.deliver();
      host.clock.advance({ seconds: 3600 });
    }

    expect(mailbox.handed.filter(({ type }) => type === 'enabled')).toHaveLength(12);
    expect(mailbox.typesOf(ann.id)).toEqual(['backup_codes_regenerated']);
    expect(await waitingOf(ann)).toEqual(['enabled']);
    expect(await notices.counts()).toEqual({ waiting: 0, parked: 1 });
  });

  it('fails no call of the user', async () => {
    await host.app.close();
    host = await startHost(database, {
      options: {
        webauthn: WEBAUTHN,
        noticeSink: {
          send: () => {
            throw new Error('at once');
          },
        },
      },
    });

    const ann = await somebody();
    await host.app.get(TwoFactorNotices).deliver();

    expect(await host.twoFactor.status(ann.id)).toMatchObject({ enabled: true });
    expect(await waitingOf(ann)).toEqual(['enabled']);
  });
});

describe('several processes', () => {
  it('hand out each notice once', async () => {
    const other = new Mailbox();
    const second = await start(other);
    for (let user = 0; user < 25; user += 1) {
      await host.sessions.passwordReset({ userId: `several ${user}` });
    }

    await Promise.all([notices.deliver(), second.app.get(TwoFactorNotices).deliver()]);
    await second.app.close();

    const users = [...mailbox.handed, ...other.handed].map(({ userId }) => userId);
    expect(users.toSorted()).toEqual(Array.from({ length: 25 }, (_, user) => `several ${user}`).toSorted());
  });

  it('leave a notice to the one that leases it, until the lease has ended', async () => {
    let release = (): void => {};
    mailbox.held = new Promise((resolve) => {
      release = resolve;
    });
    const other = new Mailbox();
    const second = await start(other);
    const user = randomUUID();
    const handed = new Promise<void>((resolve) => {
      mailbox.onHanded = resolve;
    });
    await host.sessions.passwordReset({ userId: user });
    const first = notices.deliver();
    await handed;

    const theirs = second.app.get(TwoFactorNotices);
    second.clock.advance({ seconds: 60 - 1 });
    await theirs.deliver();
    const during = other.handed.length;
    second.clock.advance({ seconds: 1 });
    await theirs.deliver();
    release();
    await first;
    await second.app.close();

    expect(during).toBe(0);
    expect(other.handed.map(({ id }) => id)).toEqual(mailbox.handed.map(({ id }) => id));
    expect(await database.query('SELECT FROM two_factor_notices WHERE user_id = $1', [user])).toEqual([]);
  });
});

it('writes nothing without a sink', async () => {
  await host.app.close();
  host = await startHost(database, { options: { webauthn: WEBAUTHN } });

  const ann = await somebody();

  expect(await waitingOf(ann)).toEqual([]);
});
