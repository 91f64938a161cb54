// What more than one statement has to say alike: the condition of a partial index, and that of the query that uses it.

/**
 * A setup without a proof costs nothing and can be repeated without end, and so does a new name; each replaces the one
 * before it. All other events lie in an index of their own, so that a run of these is passed over however long it is.
 */
export const NEEDS_PROOF = `type NOT IN ('setup_started', 'authenticator_renamed') OR method IS NOT NULL`;

/** A user has one reset at a time. */
export const IS_OPEN = 'ended_at IS NULL';

/** What holds of a reset by support, whatever writes it (invariant 41). */
export const RESET_CHECKS = {
  /** Nobody asks for, or approves, what is their own. */
  people: 'requested_by <> user_id AND (approved_by IS NULL OR approved_by <> user_id)',
  /** A day at least, and three where one person has done the work of two. */
  wait: `ready_at >= requested_at + interval '24 hours' AND expires_at > ready_at AND
    (approved_by IS NULL OR approved_by <> requested_by OR ready_at >= requested_at + interval '72 hours')`,
  /** There is a code once it was approved, and not before. */
  code: '(approved_by IS NULL) = (code_hash IS NULL)',
} as const;

/** The few events that somebody else than the user has made: found by who it was, when that one leaves. */
export const HAS_ACTOR = 'actor IS NOT NULL';

/** The setting under which the trigger of the events lets somebody delete, who may. */
export const ERASING = 'nestjs_two_factor.erasing';
/** How often a notice is handed out. One that was refused each time is parked: it keeps no later one from its user. */
export const NOTICE_TRIES = 12;
/** What is parked lies outside the index that is looked through for what is due. */
export const IS_TRIED = `tries < ${NOTICE_TRIES}`;
