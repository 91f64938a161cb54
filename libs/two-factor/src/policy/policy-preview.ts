import { Inject, Injectable } from '@nestjs/common';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { requireUserId } from '../options/ids.js';
import { type TwoFactorPolicy, readPolicies } from '../options/policy.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { DeadlineRepository, type UserDemand } from './deadline.repository.js';
import { Policies } from './policies.service.js';
import type { PolicyDemand } from './policy.js';

/** A user of the host's, as the host knows it. */
export interface PreviewedUser {
  readonly id: string;
  /** Whether the host would miss it: of these one must be able to sign in. Default: false. */
  readonly isAdministrator?: boolean | undefined;
  /** Default: true. */
  readonly hasSignedIn?: boolean | undefined;
}

/** Policies that are considered: the same for all users, or by the user. */
export type ConsideredPolicy<User extends PreviewedUser = PreviewedUser> =
  | TwoFactorPolicy
  | readonly TwoFactorPolicy[]
  | ((user: User) => TwoFactorPolicy | readonly TwoFactorPolicy[]);

/** The users of a host, with whatever else its policies look at. */
export type PreviewedUsers<User extends PreviewedUser> = Iterable<User> | AsyncIterable<User>;

/** What a policy would mean for a user that signs in now. */
export interface PreviewedFate<User extends PreviewedUser = PreviewedUser> {
  readonly user: User;
  /** `blocked`: it would have to enrol before there is a session. */
  readonly fate: 'compliant' | 'in_grace' | 'blocked';
  /** Whether it has a factor, and not one that is enough. */
  readonly isTooWeak: boolean;
  /** `null` when nothing is missing. */
  readonly dueAt: Date | null;
}

/** How many users a policy would meet. */
export interface PolicySummary {
  readonly users: number;
  readonly compliant: number;
  readonly inGrace: number;
  readonly blocked: number;
  /** Of those in grace and those who are blocked: who has a factor, and not one that is enough. */
  readonly tooWeak: number;
  /** Of all: their days of grace begin now, if those of the policy do. */
  readonly neverSignedIn: number;
  /** Whether there are administrators, and none could sign in without enrolling. */
  readonly blocksLastAdministrator: boolean;
  readonly blocksCaller: boolean;
}

const AT_ONCE = 500;

/** Says whom a policy would meet, before it is anybody's. It changes nothing, and no deadline begins by it. */
@Injectable()
export class PolicyPreview {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly policies: Policies,
    private readonly deadlines: DeadlineRepository,
  ) {}

  /**
   * Each user with what would become of it, in their order. They are read as they are needed, five hundred at once, with one
   * query for these.
   *
   * @throws TwoFactorHostError for what is no policy, and for policies of a user whose methods contradict each other
   */
  async *each<User extends PreviewedUser>(
    policy: ConsideredPolicy<User>,
    users: PreviewedUsers<User>,
  ): AsyncGenerator<PreviewedFate<User>> {
    let some: User[] = [];
    for await (const user of users) {
      some.push(user);
      if (some.length === AT_ONCE) {
        yield* await this.#fatesOf(some, policy);
        some = [];
      }
    }
    yield* await this.#fatesOf(some, policy);
  }

  /**
   * The same, counted.
   *
   * @param callerId who is about to switch it on, if it is one of the users
   * @throws TwoFactorHostError as {@link each}
   */
  async summary<User extends PreviewedUser>(
    policy: ConsideredPolicy<User>,
    { users, callerId }: { readonly users: PreviewedUsers<User>; readonly callerId?: string | undefined },
  ): Promise<PolicySummary> {
    const count = { users: 0, compliant: 0, in_grace: 0, blocked: 0, tooWeak: 0, neverSignedIn: 0 };
    const administrators = { all: 0, blocked: 0 };
    let blocksCaller = false;
    for await (const { user, fate, isTooWeak } of this.each(policy, users)) {
      const isBlocked = fate === 'blocked';
      count.users += 1;
      count[fate] += 1;
      count.tooWeak += isTooWeak ? 1 : 0;
      count.neverSignedIn += user.hasSignedIn === false ? 1 : 0;
      administrators.all += user.isAdministrator === true ? 1 : 0;
      administrators.blocked += user.isAdministrator === true && isBlocked ? 1 : 0;
      blocksCaller ||= isBlocked && user.id === callerId;
    }
    const { in_grace: inGrace, ...others } = count;
    const blocksLastAdministrator = administrators.all > 0 && administrators.all === administrators.blocked;
    return { ...others, inGrace, blocksLastAdministrator, blocksCaller };
  }

  async #fatesOf<User extends PreviewedUser>(
    users: readonly User[],
    policy: ConsideredPolicy<User>,
  ): Promise<PreviewedFate<User>[]> {
    const at = this.settings.clock.now();
    const demands = users.flatMap((user): UserDemand[] => {
      const demand = this.#demandOf(user, policy);
      return demand === undefined ? [] : [{ userId: user.id, demand }];
    });
    const standings = demands.length === 0 ? [] : await this.deadlines.preview(demands, at);
    const byUser = new Map(standings.map((standing) => [standing.userId, standing]));
    return users.map((user) => {
      const { hasFactor = false, dueAt = null } = byUser.get(user.id) ?? {};
      if (dueAt === null) {
        return { user, fate: 'compliant', isTooWeak: false, dueAt };
      }
      return { user, fate: dueAt <= at ? 'blocked' : 'in_grace', isTooWeak: hasFactor, dueAt };
    });
  }

  #demandOf<User extends PreviewedUser>(
    user: User,
    policy: ConsideredPolicy<User>,
  ): PolicyDemand | undefined {
    requireUserId(user.id);
    const policies = readPolicies(typeof policy === 'function' ? policy(user) : policy);
    const { demand, contradicting } = this.policies.strictestOf(policies);
    if (contradicting.length > 0) {
      throw new TwoFactorHostError(
        `The methods of these policies have nothing in common, or the application has none of them: ${contradicting.join(', ')}`,
      );
    }
    return demand;
  }
}
