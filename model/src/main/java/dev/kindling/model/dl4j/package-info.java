/**
 * The generations before the Transformer, of DL4J's own layers, and the Transformers as one of
 * them. Nothing else in this module knows DL4J. Between it and the rest lie configurations, flat
 * vectors of parameters and token ids; no file of DL4J's is ever read or written.
 */
package dev.kindling.model.dl4j;
