import type { PanicRoute } from '../http/schemas/panic.schemas.js';
import type { Operation } from './operation.js';

/** What a document says of the route of the panic's controller. */
export const PANIC_OPERATIONS: Readonly<Record<PanicRoute, Operation>> = {
  panic: {
    operationId: 'panic',
    summary: 'Stop everything, by the token of a notice',
    description:
      'Ends sessions, trusted devices, challenges and pending setups, and freezes changes of factors for 24 hours. ' +
      'Signing in with a factor goes on working. The token works once, within 7 days.',
    answer: 'The same for a token that is unknown',
    errors: [],
    isOpen: true,
  },
};
