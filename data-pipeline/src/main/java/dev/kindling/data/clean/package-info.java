/**
 * Measured records to documents worth learning from. Texts are measured once ({@link
 * dev.kindling.data.clean.SignalsJob}, or within {@link dev.kindling.data.clean.CleanJob}), and
 * then judged by rules over what was measured, as often as thresholds change. Whatever is rejected
 * is kept beside the result with the rule and the reason.
 */
package dev.kindling.data.clean;
