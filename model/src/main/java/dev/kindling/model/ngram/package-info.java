/** N-gram language models: their files, and scoring with them. Counting is the cluster's work. */
package dev.kindling.model.ngram;
