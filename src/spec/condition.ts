const IN_PARENTHESES = /\(\s*((?:only|when|where|if|unless|optional)\b[^()]*?)\s*\)/gi;

/**
 * A sentence that is a condition as a whole. Deliberately few forms: a sentence taken for a condition by mistake would
 * excuse a service that is down, one not recognised only shows a row as missing, which somebody will look into.
 */
const WHOLE_SENTENCE = [
  /^optional\b/i,
  /^(?:applies|enabled|opened|present) (?:only )?(?:if|when|where|unless)\b/i,
  /\bonly (?:[\w-]+ ){0,3}(?:if|when|where|unless)\b/i,
];

/**
 * The words of a description that say its row applies only sometimes, such as `when kube-proxy replacement is not
 * enabled`, several joined by `; `; null where there are none.
 */
export function conditionIn(description: string): string | null {
  const conditions = Array.from(description.matchAll(IN_PARENTHESES), ([, words = '']) => words);
  const rest = description.replace(IN_PARENTHESES, ' ');
  for (const sentence of rest.split(/(?<=[.!?;])\s+/)) {
    if (WHOLE_SENTENCE.some((form) => form.test(sentence.trim()))) conditions.push(sentence);
  }
  const texts = conditions.map((words) => words.trim().replace(/[.!?;\s]+$/, '')).filter((words) => words !== '');
  return texts.length === 0 ? null : texts.join('; ');
}
