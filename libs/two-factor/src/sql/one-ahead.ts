/**
 * Asks for the next value while the present one is worked on, in their order: the database and Node do not wait for one another.
 * When the work ends early, what it has asked for is waited for, and nothing more is asked.
 */
export async function* oneAhead<Value>(values: AsyncIterable<Value>): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<Value>> => {
    const answer = iterator.next();
    // It is thrown where it is waited for, which may be later than Node would wait for somebody to hear of it.
    answer.catch(() => {});
    return answer;
  };
  try {
    let next = ask();
    for (let asked = await next; asked.done !== true; asked = await next) {
      next = ask();
      yield asked.value;
    }
  } finally {
    await iterator.return?.();
  }
}
