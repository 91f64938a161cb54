/** Devices that are not asked for a factor again, for some days. */
export interface TrustedDevicesOption {
  /** Days until a trust ends, however often it is used: 1 to 90. */
  readonly days: number;
  /**
   * Whether this user's devices may be trusted. It is asked when a trust is made, and again whenever one is used, so that
   * a "no" holds at once. Default: everybody's.
   */
  readonly allowFor?: (userId: string) => boolean | Promise<boolean>;
  /**
   * For a service without TLS, such as one in development: its cookies have neither `Secure` nor the prefix `__Host-`, without
   * which a browser would not take them. Default: false.
   */
  readonly cookiesOverHttp?: boolean;
}

/** The same with every default filled in. */
export type TrustedDevicesSettings = Required<TrustedDevicesOption>;

const MOST_DAYS = 90;

export function trustedDevicesFrom({
  days,
  allowFor = () => true,
  cookiesOverHttp = false,
}: TrustedDevicesOption): TrustedDevicesSettings {
  return { days, allowFor, cookiesOverHttp };
}

/** Names what is wrong with the option; empty when nothing is. */
export function trustedDevicesFaults(option: unknown): string[] {
  if (option === undefined) {
    return [];
  }
  if (typeof option !== 'object' || option === null) {
    return ['trustedDevices: must be an object with days'];
  }
  const given = new Map<string, unknown>(Object.entries(option));
  const days = given.get('days');
  const allowFor = given.get('allowFor');
  const isDays = typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;
  return [
    ...(isDays ? [] : [`trustedDevices.days: must be a whole number from 1 to ${MOST_DAYS}`]),
    ...(allowFor === undefined || typeof allowFor === 'function'
      ? []
      : ['trustedDevices.allowFor: must be a function of the user']),
    ...(['boolean', 'undefined'].includes(typeof given.get('cookiesOverHttp'))
      ? []
      : ['trustedDevices.cookiesOverHttp: must be true or false']),
  ];
}
