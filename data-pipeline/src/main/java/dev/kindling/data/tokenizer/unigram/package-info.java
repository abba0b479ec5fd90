/**
 * The Unigram language model of sub-words (Kudo 2018) as in SentencePiece: a text is cut into the
 * pieces of the highest total log-probability, and the pieces are learned by expectation
 * maximization and pruning. Nothing here knows of files or of Spark.
 */
package dev.kindling.data.tokenizer.unigram;
