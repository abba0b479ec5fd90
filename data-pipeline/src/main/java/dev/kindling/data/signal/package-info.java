/**
 * Quality signals of text and the published filters over them. {@link
 * dev.kindling.data.signal.Signal} says what is measured and how, {@link
 * dev.kindling.data.signal.TextSignals} measures one document, {@link
 * dev.kindling.data.signal.FilterPlan} judges what was measured. Because thresholds are applied to
 * stored numbers, another threshold needs no second look at the text (the idea of RedPajama-Data v2
 * and of Dolma's taggers).
 */
package dev.kindling.data.signal;
