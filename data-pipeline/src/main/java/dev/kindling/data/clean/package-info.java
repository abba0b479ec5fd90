/**
 * Raw records to documents worth learning from. {@link dev.kindling.data.clean.CleanJob} is the
 * whole step; {@link dev.kindling.data.clean.DocumentCleaner} is what happens to one document, in
 * order. A rewriter changes a document, a filter judges it, and whatever is rejected is kept beside
 * the result with the rule and the reason.
 */
package dev.kindling.data.clean;
