/** What scoring asks of a model, of whatever kind it is. */
package dev.kindling.model.predict;
