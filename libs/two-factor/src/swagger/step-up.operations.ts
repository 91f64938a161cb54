import type { StepUpRoute } from '../http/schemas/step-up.schemas.js';
import { type Operation, PROOF_ERRORS } from './operation.js';

/** What a document says of the route of the step-up's controller. */
export const STEP_UP_OPERATIONS: Readonly<Record<StepUpRoute, Operation>> = {
  stepUp: {
    operationId: 'stepUp',
    summary: 'Prove the second factor once more, in this session',
    description:
      'What answered TWO_FACTOR_STEP_UP_REQUIRED can be called again then. The tokens stay as they are.',
    answer: 'By which method, and when',
    errors: [...PROOF_ERRORS, 'TWO_FACTOR_NOT_ENABLED', 'AUTH_TOKEN_INVALID'],
  },
};
