const IN_PARENTHESES = /\(\s*((?:only|when|where|if|unless|optional)\b[^()]*?)\s*\)/gi;

/**
 * Sentences that are conditions. Deliberately few forms: a sentence mistaken for a condition hides a service that is down,
 * while an unrecognised one only reports a row as missing.
 */
const CONDITION_SENTENCE = [
  /^optional\b/i,
  /^(?:applies|enabled|opened|present) (?:only )?(?:if|when|where|unless)\b/i,
  /\bonly (?:[\w-]+ ){0,3}(?:if|when|where|unless)\b/i,
];

/**
 * The conditions in a row's description, such as `when kube-proxy replacement is not enabled`, joined by `; `; null if the
 * row always applies.
 */
export function conditionIn(description: string): string | null {
  const conditions = Array.from(description.matchAll(IN_PARENTHESES), ([, words = '']) => words);
  const rest = description.replace(IN_PARENTHESES, ' ');
  for (const sentence of rest.split(/(?<=[.!?;])\s+/)) {
    if (CONDITION_SENTENCE.some((form) => form.test(sentence.trim()))) conditions.push(sentence);
  }
  const texts = conditions.map((words) => words.trim().replace(/[.!?;\s]+$/, '')).filter((words) => words !== '');
  return texts.length === 0 ? null : texts.join('; ');
}
