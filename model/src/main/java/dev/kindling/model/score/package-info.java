/**
 * Scores token sequences with a model that is trained: likelihoods of continuations, of masked
 * tokens, and vectors. Texts, tokenizers and files are somebody else's.
 */
package dev.kindling.model.score;
