import {
  type OpenedEnrolment,
  type SignInDecision,
  type SignInOutcome,
  TwoFactorEnrolment,
  type TwoFactorPolicy,
} from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import type { TestDatabase } from './database.js';
import { type Host, startHost } from './host.js';
import { WEBAUTHN } from './passkeys.js';

export const DAY = 86_400;

/** A policy that wants any factor, at once. */
export const REQUIRED: TwoFactorPolicy = { scope: 'org', required: true, graceDays: 0 };

/** A host with passkeys, whose policies a test sets: those of one user, or else of everybody. */
export class PolicyHost {
  policies: TwoFactorPolicy | readonly TwoFactorPolicy[] = [];
  readonly own = new Map<string, TwoFactorPolicy | readonly TwoFactorPolicy[]>();
  readonly #opened = 'SELECT user_id FROM host_sessions WHERE user_id = $1';

  private constructor(
    readonly database: TestDatabase,
    private readonly started: { host: Host | undefined },
  ) {}

  static async start(database: TestDatabase, { hasPasskeys = true } = {}): Promise<PolicyHost> {
    await database.query('CREATE TABLE IF NOT EXISTS host_sessions (user_id text)');
    const started: { host: Host | undefined } = { host: undefined };
    const policyHost = new PolicyHost(database, started);
    started.host = await startHost(database, {
      options: {
        ...(hasPasskeys ? { webauthn: WEBAUTHN } : {}),
        trustedDevices: { days: 30 },
        policyOf: async (userId) => policyHost.own.get(userId) ?? policyHost.policies,
      },
    });
    return policyHost;
  }

  get host(): Host {
    if (this.started.host === undefined) {
      throw new Error('The host has not started');
    }
    return this.started.host;
  }

  get enrolment(): TwoFactorEnrolment {
    return this.host.app.get(TwoFactorEnrolment);
  }

  /** The host's part of a commit that opens a session. */
  readonly inSameCommit = [
    { sql: 'INSERT INTO host_sessions (user_id) SELECT user_id FROM accepted', parameters: [] },
  ];

  begin(userId: string, trustToken?: string): Promise<SignInDecision> {
    return this.host.twoFactor.beginSignIn({ userId, trustToken, inSameCommit: this.inSameCommit });
  }

  async complete(userId: string, proof: object, trustDevice = false): Promise<SignInOutcome> {
    const decision = await this.begin(userId);
    if (decision.status !== 'second_factor_required') {
      throw new Error(`The sign-in was ${decision.status}`);
    }
    const { challengeToken } = decision.challenge;
    return this.answer(challengeToken, proof, trustDevice);
  }

  answer(challengeToken: string, proof: object, trustDevice = false): Promise<SignInOutcome> {
    const { inSameCommit } = this;
    return this.host.twoFactor.completeSignIn({
      challengeToken,
      proof,
      trustDevice,
      sessionId: 'signed-in',
      inSameCommit,
    });
  }

  /** The token of a sign-in that a policy stops. */
  async stopped(userId: string): Promise<OpenedEnrolment> {
    const decision = await this.begin(userId);
    if (decision.status !== 'enrolment_required') {
      throw new Error(`The sign-in was ${decision.status}`);
    }
    return decision.enrolment;
  }

  userOf(id: string): { readonly id: string; readonly label: string } {
    return { id, label: `${id}@example.com` };
  }

  /** Enrols with a phone by a token. */
  async enrolBy(enrolmentToken: string): Promise<Phone> {
    const { otpauthUri } = await this.enrolment.setup({ enrolmentToken, userOf: (id) => this.userOf(id) });
    const phone = Phone.of(otpauthUri, this.host.clock);
    await this.confirm(enrolmentToken, phone);
    return phone;
  }

  confirm(enrolmentToken: string, phone: Phone): Promise<{ readonly userId: string }> {
    const { inSameCommit } = this;
    const code = phone.freshCode();
    return this.enrolment.enable({ enrolmentToken, code, sessionId: 'enrolled', inSameCommit });
  }

  async sessionsOf(userId: string): Promise<number> {
    return (await this.database.query(this.#opened, [userId])).length;
  }

  async deadlinesOf(userId: string): Promise<readonly string[]> {
    const rows = await this.database.query<{ methods: string; due: Date }>(
      'SELECT methods, due_at AS due FROM two_factor_deadlines WHERE user_id = $1 ORDER BY methods',
      [userId],
    );
    return rows.map(({ methods, due }) => `${methods} ${due.toJSON()}`);
  }

  close(): Promise<void> {
    return this.host.app.close();
  }
}
