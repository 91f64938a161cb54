import assert from 'node:assert/strict';
import { ENROLMENT_SCHEMAS } from '../../http/schemas/enrolment.schemas.js';
import { Phone } from '../phone.js';
import { fieldOf, isGood, shown, textOf } from './answer-fields.js';
import { refused } from './assertions.js';
import type { Check } from './host-under-test.js';
import { opensNothing } from './other-doors.js';
import { fits } from './shapes.js';

/** For hosts that can require a factor at once. */
export const REQUIRED_NOW: Readonly<Record<string, Check>> = {
  'a factor that is due comes before the session, and a sign-in without one can enrol and nothing else':
    async (host) => {
      const user = await host.newUser();
      await host.requireFactor(user, 'now');

      const stopped = await host.logIn(user);
      const enrolmentToken = host.enrolmentTokenOf(stopped);

      await opensNothing(host, stopped);
      assert.ok(
        enrolmentToken,
        `the sign-in answers with what opens the enrolment; it answered ${shown(stopped)}`,
      );
      const setup = await host.post('enrolSetup', { enrolmentToken });
      fits(host, setup, { call: 'enrolSetup', schema: ENROLMENT_SCHEMAS.enrolSetup.answer });
      const phone = Phone.of(textOf(setup.data, 'otpauthUri'), host.clock);
      const asChallenge = await host.post('verify', { challengeToken: enrolmentToken, code: phone.code() });
      refused(host, asChallenge, 'TWO_FACTOR_CHALLENGE_INVALID');
      const enabled = await host.post('enrolEnable', { enrolmentToken, code: phone.freshCode() });
      assert.ok(
        isGood(enabled),
        `a code of the new authenticator confirms it; it answered ${shown(enabled)}`,
      );
      const credentials = host.credentialsOf(enabled);
      assert.ok(
        credentials !== undefined && (await host.isOpen(credentials)),
        `what confirms the factor opens the session; it answered ${shown(enabled)}`,
      );
      refused(host, await host.post('enrolSetup', { enrolmentToken }), 'TWO_FACTOR_CHALLENGE_INVALID');
      const code = phone.freshCode();
      refused(host, await host.post('disable', { code }, { credentials }), 'TWO_FACTOR_REQUIRED_BY_POLICY');
      await host.challenge(user);
    },
};

/** For hosts that can require one some days later. */
export const REQUIRED_LATER: Readonly<Record<string, Check>> = {
  'a factor that is not due yet keeps nobody out, and the status says when it is': async (host) => {
    const user = await host.newUser();
    await host.requireFactor(user, 'later');

    const credentials = await host.session(user);

    const status = await host.get('status', credentials);
    assert.ok(isGood(status), `the status answered ${shown(status)}`);
    const due = fieldOf(fieldOf(status.data, 'enrolment'), 'dueAt');
    assert.ok(
      typeof due === 'string' && Date.parse(due) > host.clock.now().getTime(),
      `the status says until when there is time; it answered ${shown(status)}`,
    );
    await host.confirm(Phone.of((await host.setUp(credentials)).otpauthUri, host.clock), credentials);
    await host.challenge(user);
  },
};
