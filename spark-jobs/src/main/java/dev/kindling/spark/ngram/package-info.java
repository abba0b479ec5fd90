/** Counts n-grams on the cluster and makes language models of them. */
package dev.kindling.spark.ngram;
