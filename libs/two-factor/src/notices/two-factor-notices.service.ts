import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { NoticeSink } from '../options/notice-sink.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { NOTICE_TRIES } from '../sql/schema-conditions.js';
import { type LeasedNotice, type NoticeCounts, NoticeRepository } from './notice.repository.js';

/** What another process has left, and what is tried again, is looked for this often; what happens here is told at once. */
const LOOK_EVERY_MS = 10_000;
/** Well below the lease, within which nobody else hands the notice out. */
const SINK_MS = 30_000;

/** Hands out what users should be told of, until the host has it. Each process does; none hands out what another does. */
@Injectable()
export class TwoFactorNotices implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger('TwoFactor');
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isAsked = false;
  #isStopped = false;

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly notices: NoticeRepository,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.noticeSink !== undefined) {
      this.#timer = setInterval(() => this.wake(), LOOK_EVERY_MS).unref();
      this.wake();
    }
  }

  /** What is being handed out is waited for. */
  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#round?.catch(() => undefined);
  }

  /** Something may be due. */
  wake(): void {
    this.deliver().catch((error: unknown) => {
      this.#logger.error({ err: error }, 'Notices could not be looked for');
    });
  }

  /**
   * Hands out what is due, and what becomes due meanwhile. It happens by itself; call it where nothing runs between two
   * requests, from a scheduled function for instance.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when the database cannot be reached; what the sink throws is logged
   */
  async deliver(): Promise<void> {
    const { noticeSink } = this.settings;
    if (noticeSink === undefined) {
      return;
    }
    this.#isAsked = true;
    this.#round ??= this.#handOutAll(noticeSink);
    await this.#round;
  }

  /** For metrics: what has not arrived yet. */
  counts(): Promise<NoticeCounts> {
    return this.notices.counts();
  }

  async #handOutAll(sink: NoticeSink): Promise<void> {
    try {
      while (this.#isAsked && !this.#isStopped) {
        this.#isAsked = false;
        const leased = await this.notices.lease(this.settings.clock.now());
        await Promise.all(leased.map((notice) => this.#handOut(sink, notice)));
        // Behind each of them may be the next one of its user.
        this.#isAsked ||= leased.length > 0;
      }
    } finally {
      this.#round = undefined;
    }
  }

  async #handOut(sink: NoticeSink, leased: LeasedNotice): Promise<void> {
    const { notice, tries } = leased;
    try {
      const signal = AbortSignal.timeout(SINK_MS);
      await Promise.race([sink.send(notice, signal), aborted(signal)]);
    } catch (error) {
      const { id: noticeId, userId, type } = notice;
      const what =
        tries < NOTICE_TRIES
          ? 'A notice was refused, and comes again'
          : 'A notice was refused for the last time, and is parked';
      this.#logger.error({ err: error, noticeId, userId, type, tries }, what);
      await this.notices.refused(leased, this.settings.clock.now());
      return;
    }
    await this.notices.arrived(leased);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The notice sink took more than 30 seconds')));
  });
}
