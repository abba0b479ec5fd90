package dev.kindling.model.arch;

import dev.kindling.model.autograd.Variable;
import java.util.List;

/**
 * What some pieces of a model hand to the pieces behind them.
 *
 * @param variables the stream of hidden states; in a decoder that looks at an encoder also that
 *     encoder's output; empty behind the last piece
 * @param losses what the last piece makes of them; null before it
 */
public record Flow(List<Variable> variables, Losses losses) {
  /** Nothing, which the first piece gets. */
  public static final Flow NOTHING = new Flow(List.of(), null);

  static Flow of(Variable... variables) {
    return new Flow(List.of(variables), null);
  }

  static Flow of(Losses losses) {
    return new Flow(List.of(), losses);
  }

  Variable stream() {
    return variables.get(0);
  }
}
