import { randomUUID } from 'node:crypto';
import {
  type Authenticator,
  type ProofInput,
  TwoFactorAuthenticators,
  TwoFactorService,
  TwoFactorSessions,
  type TwoFactorSetup,
} from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { challengeTokenOf } from '../support/challenge.js';
import { somebodyWaits } from '../support/locks.js';
import { HeldRows, rowsOf } from '../support/rows.js';
import { forgetFailures, seedFailures } from '../support/seed.js';

let app: TestApp;
let twoFactor: TwoFactorService;
let authenticators: TwoFactorAuthenticators;
let sessions: TwoFactorSessions;
beforeAll(async () => {
  app = await startApp();
  twoFactor = app.nest.get(TwoFactorService);
  authenticators = app.nest.get(TwoFactorAuthenticators);
  sessions = app.nest.get(TwoFactorSessions);
});
afterAll(() => app.close());

const SESSION = 'this session';
const signIn = (): { authenticatedAt: Date } => ({ authenticatedAt: app.clock.now() });

/** An account, past the host's calls, and the phones that it has. */
class Owner {
  readonly id = randomUUID();
  readonly phones: Phone[] = [];
  backupCodes: readonly string[] = [];

  get user(): { id: string; label: string } {
    return { id: this.id, label: 'ann@example.com' };
  }

  get authenticators(): Promise<readonly Authenticator[]> {
    return twoFactor.status(this.id).then((status) => status.authenticators);
  }

  async authenticatorId(index: number): Promise<string> {
    return (await this.authenticators)[index]!.id;
  }

  code(index = 0): string {
    return this.phones[index]!.code();
  }

  async prepare(wish: { add?: boolean; replaces?: string; name?: string } = {}): Promise<TwoFactorSetup> {
    const proof = this.phones[0] && { code: this.phones[0].code() };
    const setup = await twoFactor.setup({ user: this.user, proof, signIn: signIn(), ...wish });
    app.clock.advance({ seconds: 30 });
    return setup;
  }

  async confirm({ otpauthUri }: TwoFactorSetup): Promise<{ readonly backupCodesRemaining: number }> {
    const phone = Phone.of(otpauthUri, app.clock);
    const enabled = await twoFactor.enable({
      userId: this.id,
      code: phone.code(),
      signIn: signIn(),
      sessionId: SESSION,
    });
    this.phones.push(phone);
    app.clock.advance({ seconds: 30 });
    return enabled;
  }

  async with(count: number): Promise<this> {
    const first = await this.prepare({ name: 'Phone 1' });
    this.backupCodes = first.backupCodes;
    await this.confirm(first);
    for (let index = 2; index <= count; index += 1) {
      await this.confirm(await this.prepare({ add: true, name: `Phone ${index}` }));
    }
    return this;
  }

  async answer(proof: ProofInput): Promise<string> {
    const challengeToken = await challengeTokenOf(twoFactor, this.id);
    return twoFactor.completeSignIn({ challengeToken, proof, sessionId: SESSION }).then(
      () => 'signed in',
      (error: { readonly code: string }) => error.code,
    );
  }

  remove(id: string, proof: { code?: string; backupCode?: string }): Promise<readonly Authenticator[]> {
    return authenticators.remove({
      userId: this.id,
      id,
      proof,
      signIn: signIn(),
      sessionId: SESSION,
    });
  }

  /** A phone other than these, whose code is wrong for all of them. */
  get wrongCode(): string {
    const right = new Set(
      this.phones.flatMap((phone) =>
        Array.from({ length: 41 }, (_, index) => phone.code({ steps: index - 20 })),
      ),
    );
    return ['000000', '111111', '222222', '333333', '444444'].find((code) => !right.has(code)) ?? '';
  }
}

/** Gives an account's second authenticator the secret of its first: what one guess in a million finds. */
async function makeTwins({ id }: Owner): Promise<void> {
  const { keys } = await import('../../libs/two-factor/src/options/tokens.js').then(
    ({ TWO_FACTOR_SETTINGS }) => app.nest.get(TWO_FACTOR_SETTINGS, { strict: false }),
  );
  const { open, seal } = await import('../../libs/two-factor/src/crypto/sealed-secret.js');
  const [first, second] = await app.database.query<{ id: string; sealed: string }>(
    'SELECT id, sealed_secret AS sealed FROM two_factor_secrets WHERE user_id = $1 ORDER BY created_at',
    [id],
  );
  const place = (rowId: string): { userId: string; rowId: string; column: string } => ({
    userId: id,
    rowId,
    column: 'sealed_secret',
  });
  const secret = open(keys, first!.sealed, place(first!.id));
  await app.database.query('UPDATE two_factor_secrets SET sealed_secret = $2 WHERE id = $1', [
    second!.id,
    seal(keys, secret, place(second!.id)),
  ]);
}

async function failedOf({ id }: Owner): Promise<number> {
  return (await rowsOf(app.database, id)).attempts['totp']?.failed ?? 0;
}

describe('an account with several authenticators', () => {
  it('shows each with its name and when it was last used, oldest first', async () => {
    const ann = await new Owner().with(2);
    const usedAt = app.clock.now();
    await ann.answer({ code: ann.code(1) });

    const [first, second] = await ann.authenticators;

    expect(first).toMatchObject({ type: 'totp', name: 'Phone 1' });
    expect(second).toMatchObject({ type: 'totp', name: 'Phone 2', lastUsedAt: usedAt });
    expect(first!.lastUsedAt! < usedAt).toBe(true);
    expect(Object.keys(first!)).toEqual(['id', 'type', 'name', 'createdAt', 'lastUsedAt']);
  });

  it('signs in with each of them, and keeps its backup codes', async () => {
    const ann = await new Owner().with(3);

    const answers = [
      await ann.answer({ code: ann.code(0) }),
      await ann.answer({ code: ann.code(1) }),
      await ann.answer({ code: ann.code(2) }),
      await ann.answer({ backupCode: ann.backupCodes[0]! }),
    ];

    expect(answers).toEqual(['signed in', 'signed in', 'signed in', 'signed in']);
  });

  it('hands out no backup codes with one that is added, and tells how many are left', async () => {
    const ann = await new Owner().with(1);
    await ann.answer({ backupCode: ann.backupCodes[0]! });

    const setup = await ann.prepare({ add: true });
    const { backupCodesRemaining } = await ann.confirm(setup);

    expect(setup.backupCodes).toEqual([]);
    expect(backupCodesRemaining).toBe(9);
    expect((await ann.authenticators).map(({ name }) => name)).toEqual(['Phone 1', 'Authenticator']);
    expect((await rowsOf(app.database, ann.id)).events.at(-1)).toBe('authenticator_added success totp');
  });

  it('has to say which one is replaced, before a code is spent', async () => {
    const ann = await new Owner().with(2);
    const proof = { code: ann.code() };

    await expect(twoFactor.setup({ user: ann.user, proof, signIn: signIn() })).rejects.toMatchObject({
      code: 'TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS',
    });

    expect(await ann.answer(proof)).toBe('signed in');
  });

  it('replaces the one that it names, with new backup codes', async () => {
    const ann = await new Owner().with(2);
    const replaces = (await ann.authenticatorId(1)).toUpperCase();

    const setup = await ann.prepare({ replaces, name: 'Phone 3' });
    await ann.confirm(setup);

    expect((await ann.authenticators).map(({ name }) => name)).toEqual(['Phone 1', 'Phone 3']);
    expect(await ann.answer({ code: ann.code(1) })).toBe('TWO_FACTOR_CODE_INVALID');
    expect(await ann.answer({ backupCode: ann.backupCodes[0]! })).toBe('TWO_FACTOR_CODE_INVALID');
    expect(await ann.answer({ backupCode: setup.backupCodes[0]! })).toBe('signed in');
  });

  it.each([
    ['a stranger’s', async () => (await new Owner().with(1)).authenticatorId(0)],
    ['nobody’s', async () => randomUUID()],
    ['no id at all', async () => 'mine'],
  ])('invariant 31: knows no authenticator that is %s', async (_, idOf) => {
    const ann = await new Owner().with(2);
    const id = await idOf();
    const proof = { code: ann.code() };
    const unknown = { code: 'TWO_FACTOR_AUTHENTICATOR_UNKNOWN' };

    await expect(ann.prepare({ replaces: id })).rejects.toMatchObject(unknown);
    await expect(authenticators.rename({ userId: ann.id, id, name: 'Mine' })).rejects.toMatchObject(unknown);
    await expect(ann.remove(id, proof)).rejects.toMatchObject(unknown);

    expect(await ann.answer(proof)).toBe('signed in');
  });

  it('has three at most', async () => {
    const ann = await new Owner().with(3);

    await expect(ann.prepare({ add: true })).rejects.toMatchObject({
      code: 'TWO_FACTOR_TOO_MANY_AUTHENTICATORS',
    });
  });

  it('invariant 31: has no fourth, if a third one came while it waited', async () => {
    const ann = await new Owner().with(2);
    const setup = await ann.prepare({ add: true });
    await app.database.query(
      `INSERT INTO two_factor_secrets (id, user_id, name, sealed_secret, secret_tag, last_used_step, created_at)
        SELECT gen_random_uuid(), user_id, name, sealed_secret, 'another', last_used_step, created_at
        FROM two_factor_secrets WHERE user_id = $1 LIMIT 1`,
      [ann.id],
    );

    await expect(ann.confirm(setup)).rejects.toMatchObject({ code: 'TWO_FACTOR_SETUP_NOT_PENDING' });

    expect(await ann.authenticators).toHaveLength(3);
  });

  it('invariant 6: is not added to by a setup without a proof', async () => {
    const ann = new Owner();
    const setup = await ann.prepare({ add: true });
    await app.database.query(
      'INSERT INTO two_factor_accounts (user_id, enabled_at, generation) VALUES ($1, now(), 1)',
      [ann.id],
    );

    await expect(ann.confirm(setup)).rejects.toMatchObject({ code: 'TWO_FACTOR_SETUP_NOT_PENDING' });

    expect(setup.backupCodes).toHaveLength(10);
  });

  it('takes one wish of a setup', async () => {
    const ann = await new Owner().with(1);
    const replaces = await ann.authenticatorId(0);

    await expect(ann.prepare({ add: true, replaces })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ field: 'replaces', message: 'give either add or replaces, not both' }],
    });
  });
});

describe('a name', () => {
  it('is changed without a proof, and is on record without the name', async () => {
    const ann = await new Owner().with(1);
    const id = await ann.authenticatorId(0);

    const renamed = await authenticators.rename({ userId: ann.id, id, name: ' Ann’s\u200B  phone ' });

    expect(renamed).toEqual((await ann.authenticators)[0]);
    expect(renamed.name).toBe('Ann’s phone');
    expect((await rowsOf(app.database, ann.id)).events.at(-1)).toBe('authenticator_renamed success');
  });

  it('is not changed by a session that has ended', async () => {
    const ann = await new Owner().with(1);
    const callerIsAlive = { sql: 'SELECT 1 WHERE false', parameters: [] };
    const request = { userId: ann.id, id: await ann.authenticatorId(0), name: 'Mine', callerIsAlive };

    await expect(authenticators.rename(request)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });

    expect((await ann.authenticators)[0]?.name).toBe('Phone 1');
  });

  it('that is changed again and again pushes no other event out of sight', async () => {
    const ann = await new Owner().with(1);
    const id = await ann.authenticatorId(0);
    for (let turn = 0; turn < 60; turn += 1) {
      await authenticators.rename({ userId: ann.id, id, name: `Name ${turn}` });
    }

    const events = await twoFactor.latestEvents(ann.id);

    expect(events.map(({ type }) => type)).toEqual(['authenticator_renamed', 'enabled', 'setup_started']);
  });
});

describe('an authenticator that is removed', () => {
  it('counts no more, and leaves the rest, the codes and the session that asked', async () => {
    const ann = await new Owner().with(2);
    const [first, second] = await ann.authenticators;
    const challengeToken = await challengeTokenOf(twoFactor, ann.id);

    const rest = await ann.remove(first!.id, { code: ann.code(1) });

    expect(rest).toMatchObject([{ id: second!.id, name: 'Phone 2' }]);
    const proof = { backupCode: ann.backupCodes[0]! };
    await expect(
      twoFactor.completeSignIn({ challengeToken, proof, sessionId: SESSION }),
    ).rejects.toMatchObject({ code: 'TWO_FACTOR_CHALLENGE_INVALID' });
    expect(await ann.answer({ code: ann.code(0) })).toBe('TWO_FACTOR_CODE_INVALID');
    expect(await ann.answer(proof)).toBe('signed in');
    expect(await sessions.passedFactors({ userId: ann.id, sessionId: SESSION })).not.toEqual([]);
  });

  it('ends what other sessions have passed', async () => {
    const ann = await new Owner().with(2);
    const challengeToken = await challengeTokenOf(twoFactor, ann.id);
    const other = { userId: ann.id, sessionId: 'another session' };
    await twoFactor.completeSignIn({ ...other, challengeToken, proof: { code: ann.code(0) } });

    await ann.remove(await ann.authenticatorId(0), { code: ann.code(1) });

    expect(await sessions.passedFactors(other)).toEqual([]);
    expect(await sessions.passedFactors({ userId: ann.id, sessionId: SESSION })).toMatchObject([
      { method: 'totp' },
    ]);
  });

  it('may prove its own removal, and takes no backup code for it', async () => {
    const ann = await new Owner().with(2);
    const id = await ann.authenticatorId(0);
    const [backupCode] = ann.backupCodes;

    await expect(ann.remove(id, { backupCode: backupCode! })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await ann.remove(id, { code: ann.code(0) });

    expect(await ann.authenticators).toHaveLength(1);
    expect((await rowsOf(app.database, ann.id)).events.at(-1)).toBe('authenticator_removed success totp');
  });

  it('needs a sign-in of just now', async () => {
    const ann = await new Owner().with(2);
    const id = await ann.authenticatorId(0);
    const old = { authenticatedAt: new Date(app.clock.now().getTime() - 901_000) };
    const change = { userId: ann.id, id, proof: { code: ann.code() }, signIn: old, sessionId: SESSION };

    await expect(authenticators.remove(change)).rejects.toMatchObject({
      code: 'AUTH_REAUTHENTICATION_REQUIRED',
    });

    expect(await ann.authenticators).toHaveLength(2);
  });

  it('is not the last one', async () => {
    const ann = await new Owner().with(1);
    const proof = { code: ann.code() };

    await expect(ann.remove(await ann.authenticatorId(0), proof)).rejects.toMatchObject({
      code: 'TWO_FACTOR_LAST_AUTHENTICATOR',
    });

    expect(await ann.answer(proof)).toBe('signed in');
  });

  it('invariant 31: is one of two that are removed at the same moment', async () => {
    const ann = await new Owner().with(2);
    const [first, second] = await ann.authenticators;
    const held = await (await HeldRows.in(app.database)).changes(ann.id);
    const removals = [
      ann.remove(first!.id, { code: ann.code(0) }),
      ann.remove(second!.id, { code: ann.code(1) }),
    ].map((removal) =>
      removal.then(
        () => 'removed',
        ({ code }: { readonly code: string }) => code,
      ),
    );
    await somebodyWaits(app.database, { atLeast: 2 });

    await held.release();

    expect((await Promise.all(removals)).toSorted()).toEqual(['TWO_FACTOR_CODE_INVALID', 'removed']);
    expect(await ann.authenticators).toHaveLength(1);
  });

  it('invariant 31: makes what was allowed beside it wait for another proof', async () => {
    const ann = await new Owner().with(2);
    const setup = await ann.prepare({ add: true });
    await ann.remove(await ann.authenticatorId(0), { code: ann.code(1) });

    await expect(ann.confirm(setup)).rejects.toMatchObject({ code: 'TWO_FACTOR_SETUP_NOT_PENDING' });

    expect(await ann.authenticators).toHaveLength(1);
  });
});

describe('a guess at several authenticators', () => {
  it.each([1, 2, 3])('invariant 30: is charged as one at each of %i', async (count) => {
    const ann = await new Owner().with(count);

    expect(await ann.answer({ code: ann.wrongCode })).toBe('TWO_FACTOR_CODE_INVALID');

    expect(await failedOf(ann)).toBe(count);
    expect((await rowsOf(app.database, ann.id)).attempts['totp']?.inARow).toBe(1);
  });

  it('invariant 30: is charged once when it names one of them, and is compared with no other', async () => {
    const ann = await new Owner().with(2);
    const authenticatorId = await ann.authenticatorId(0);
    const code = ann.code(1);

    expect(await ann.answer({ code, authenticatorId })).toBe('TWO_FACTOR_CODE_INVALID');

    expect(await failedOf(ann)).toBe(1);
    expect(await ann.answer({ code })).toBe('signed in');
  });

  it.each([
    [18, undefined, 'TWO_FACTOR_CODE_INVALID', 20],
    [19, undefined, 'TWO_FACTOR_LOCKED', 19],
    [19, 0, 'TWO_FACTOR_CODE_INVALID', 20],
    [20, 0, 'TWO_FACTOR_LOCKED', 20],
  ])(
    'invariant 30: at two, with %i failures of the day and authenticator %s named, is %s',
    async (failures, named, answer, failed) => {
      const ann = await new Owner().with(2);
      await seedFailures(app.database, [ann.id], {
        method: 'totp',
        failedAt: Array.from({ length: failures }, () => app.clock.now()),
      });
      const authenticatorId = named === undefined ? undefined : await ann.authenticatorId(named);

      expect(await ann.answer({ code: ann.wrongCode, authenticatorId })).toBe(answer);

      expect(await failedOf(ann)).toBe(failed);
    },
  );

  it('invariant 30: that has no room for all is refused when it is right, too, and says when there will be', async () => {
    const ann = await new Owner().with(2);
    const at = app.clock.now();
    await seedFailures(app.database, [ann.id], {
      method: 'totp',
      failedAt: Array.from({ length: 19 }, (_, index) => new Date(at.getTime() + index * 1000 - 3_600_000)),
    });
    const challengeToken = await challengeTokenOf(twoFactor, ann.id);
    const proof = { code: ann.code() };

    await expect(
      twoFactor.completeSignIn({ challengeToken, proof, sessionId: SESSION }),
    ).rejects.toMatchObject({ code: 'TWO_FACTOR_LOCKED', retryAfterSeconds: 86_400 - 3600 });

    await forgetFailures(app.database, ann.id);
    expect(await ann.answer(proof)).toBe('signed in');
  });

  it('invariant 30: that is charged before its check takes all of its charges back, and no other', async () => {
    const ann = await new Owner().with(3);
    await ann.answer({ code: ann.wrongCode });

    await twoFactor.regenerateBackupCodes({ userId: ann.id, proof: { code: ann.code() }, signIn: signIn() });
    const afterRight = await failedOf(ann);
    await twoFactor
      .regenerateBackupCodes({ userId: ann.id, proof: { code: ann.wrongCode }, signIn: signIn() })
      .catch(() => undefined);

    expect([afterRight, await failedOf(ann)]).toEqual([3, 6]);
  });
});

describe('a code that fits two authenticators', () => {
  it('invariant 30: is spent on both', async () => {
    const ann = await new Owner().with(2);
    await makeTwins(ann);
    const code = ann.code();

    const answers = [await ann.answer({ code }), await ann.answer({ code })];

    expect(answers).toEqual(['signed in', 'TWO_FACTOR_CODE_INVALID']);
    const steps = await app.database.query(
      'SELECT DISTINCT last_used_step FROM two_factor_secrets WHERE user_id = $1',
      [ann.id],
    );
    expect(steps).toHaveLength(1);
  });

  it('invariant 30: is spent on both, whichever of them it names', async () => {
    const ann = await new Owner().with(2);
    await makeTwins(ann);
    const code = ann.code();
    const [first, second] = await ann.authenticators;

    const answers = [
      await ann.answer({ code, authenticatorId: first!.id }),
      await ann.answer({ code, authenticatorId: second!.id }),
    ];

    expect(answers).toEqual(['signed in', 'TWO_FACTOR_CODE_INVALID']);
  });
});

describe('an authenticator that does not open', () => {
  it('leaves the others, and is told to who may have meant it', async () => {
    const ann = await new Owner().with(2);
    await app.database.query(`UPDATE two_factor_secrets SET sealed_secret = 'v1.k1.xx' WHERE id = $1`, [
      await ann.authenticatorId(0),
    ]);

    expect(await ann.answer({ code: ann.code(0) })).toBe('TWO_FACTOR_SECRET_UNREADABLE');
    expect(await ann.answer({ code: ann.code(1) })).toBe('signed in');
  });
});
