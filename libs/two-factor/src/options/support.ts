/** How somebody who has lost all factors is helped by support. */
export interface SupportOption {
  /**
   * Hours between the request of a reset and when its code counts, 24 to 168. Default 24. It is 72 at least for an account
   * with a passkey, and where one person may do the work of two.
   */
  readonly waitHours?: number;
  /** Whether who has asked for a reset may approve it too: for a team of one. Default: false. */
  readonly onePerson?: boolean;
}

/** The same with every default filled in. */
export type SupportSettings = Required<SupportOption>;

export const SHORTEST_WAIT_HOURS = 24;
const LONGEST_WAIT_HOURS = 168;
/** Of an account with a passkey, and where one person does the work of two. */
export const LONG_WAIT_HOURS = 72;

export function supportFrom({ waitHours, onePerson = false }: SupportOption = {}): SupportSettings {
  const hours = waitHours ?? SHORTEST_WAIT_HOURS;
  return { waitHours: onePerson ? Math.max(hours, LONG_WAIT_HOURS) : hours, onePerson };
}

/** Names what is wrong with the option; empty when nothing is. */
export function supportFaults(option: unknown): string[] {
  if (option === undefined) {
    return [];
  }
  if (typeof option !== 'object' || option === null) {
    return ['support: must be an object'];
  }
  const given = new Map<string, unknown>(Object.entries(option));
  const hours = given.get('waitHours') ?? SHORTEST_WAIT_HOURS;
  const isWait =
    typeof hours === 'number' &&
    Number.isInteger(hours) &&
    hours >= SHORTEST_WAIT_HOURS &&
    hours <= LONGEST_WAIT_HOURS;
  return [
    ...(isWait
      ? []
      : [`support.waitHours: must be a whole number from ${SHORTEST_WAIT_HOURS} to ${LONGEST_WAIT_HOURS}`]),
    ...(['boolean', 'undefined'].includes(typeof given.get('onePerson'))
      ? []
      : ['support.onePerson: must be true or false']),
  ];
}
