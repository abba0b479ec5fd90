/**
 * Where the parameters of a model lie: their order in the flat vector, the pieces of the forward
 * pass that use them, and how they are cut where several ranks hold one model together.
 */
package dev.kindling.model.layout;
