import { describe, expect, it } from 'vitest';
import { trustedDevicesFaults, trustedDevicesFrom } from './trusted-devices.js';

describe('the option of trusted devices', () => {
  it.each([[undefined], [{ days: 1 }], [{ days: 90, allowFor: () => false, cookiesOverHttp: true }]])(
    'may be %j',
    (option) => {
      expect(trustedDevicesFaults(option)).toEqual([]);
    },
  );

  it.each([[0], [91], [1.5], [Number.NaN], ['30'], [undefined]])('has no %j days', (days) => {
    expect(trustedDevicesFaults({ days })).toEqual([
      'trustedDevices.days: must be a whole number from 1 to 90',
    ]);
  });

  it('is refused with every fault at once', () => {
    expect(trustedDevicesFaults({ days: 0, allowFor: true, cookiesOverHttp: 'yes' })).toEqual([
      'trustedDevices.days: must be a whole number from 1 to 90',
      'trustedDevices.allowFor: must be a function of the user',
      'trustedDevices.cookiesOverHttp: must be true or false',
    ]);
    expect(trustedDevicesFaults(true)).toEqual(['trustedDevices: must be an object with days']);
  });

  it('allows everybody, by cookies over TLS, unless it says otherwise', async () => {
    const { allowFor, cookiesOverHttp, days } = trustedDevicesFrom({ days: 30 });

    expect([days, cookiesOverHttp, await allowFor('ann')]).toEqual([30, false, true]);
  });
});
