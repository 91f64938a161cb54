interface Forms {
  readonly one: string;
  readonly other: string;
}

/** Chooses the form that a number takes in a language: one is singular everywhere, none is so in French. */
export function countedBy(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, { one, other }) => (rules.select(count) === 'one' ? one : other);
}
