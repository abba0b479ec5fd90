/**
 * Raw records to text: what a reader of the page would see, in one Unicode form, with its language,
 * and without personal data. {@link dev.kindling.data.extract.TextExtractor} is all of that, in
 * order. Nothing is judged here.
 */
package dev.kindling.data.extract;
