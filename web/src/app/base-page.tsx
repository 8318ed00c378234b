/** A base. */
export function BasePage() {
  return null;
}
