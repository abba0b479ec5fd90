/**
 * Takes out of documents what evaluation sets are made of, by n-grams of words (Brown et al. 2020,
 * appendix C).
 *
 * <p>In reading order: {@code DecontaminateJob}, {@code EvaluationSet}, {@code EvaluationNgrams},
 * {@code Decontaminator}.
 */
package dev.kindling.data.decontaminate;
