package dev.kindling.spark.parallel.schedule;

import java.util.List;
import java.util.Locale;

/**
 * A simulated schedule as text: a line for every rank, time from left to right. Where there is
 * room, every pass shows its micro-batch, and its arrows show the way through the model.
 */
public final class SchedulePicture {
  private static final double ROUNDING = 1e-6;

  private final SimulatedSchedule simulated;
  private final int rowNameWidth;
  private final double columnsPerSecond;

  private SchedulePicture(SimulatedSchedule simulated, int width) {
    this.simulated = simulated;
    rowNameWidth = rowName(simulated.schedule().numRanks() - 1).length() + 2;
    columnsPerSecond =
        Math.min(
            columnsPerSecondToShowAll(),
            Math.max(1, width - rowNameWidth) / simulated.totalSeconds());
  }

  /**
   * Draws it.
   *
   * @param width columns of the terminal; a picture that needs more is scaled down to it
   * @return lines, each with its end
   */
  public static String of(SimulatedSchedule simulated, int width) {
    return new SchedulePicture(simulated, width).draw();
  }

  private String draw() {
    StringBuilder out = new StringBuilder();
    List<List<TimedAction>> ranks = simulated.actions();
    for (int rank = 0; rank < ranks.size(); rank++) {
      StringBuilder row = new StringBuilder(rowName(rank));
      row.append(" ".repeat(rowNameWidth - row.length()));
      ranks.get(rank).forEach(timed -> append(row, timed));
      wait(row, simulated.totalSeconds());
      out.append(row.toString().stripTrailing()).append('\n');
    }
    return out.append(" ".repeat(rowNameWidth)).append(legend()).append('\n').toString();
  }

  private void append(StringBuilder row, TimedAction timed) {
    wait(row, timed.start());
    int width = column(timed.end()) - column(timed.start());
    // The label stands first, so that it has an arrow behind it where there is no room for a blank.
    // By the exact width, so that passes of equal length look alike wherever they begin.
    int room = Math.min(width, (int) (timed.seconds() * columnsPerSecond + ROUNDING));
    String label = simulated.label(timed.action());
    String shown = room > label.length() ? label : "";
    int blanks = room > label.length() + 1 ? 1 : 0;
    String arrow =
        switch (timed.action().kind()) {
          case FORWARD -> ">";
          case BACKWARD -> "<";
        };
    row.append(shown).append(arrow.repeat(width - blanks - shown.length()));
    row.append(" ".repeat(blanks));
  }

  private void wait(StringBuilder row, double until) {
    int columns = rowNameWidth + column(until) - row.length();
    if (columns > 0) {
      row.append(".".repeat(columns - 1)).append(columns > 1 ? ' ' : '.');
    }
  }

  private int column(double seconds) {
    return (int) Math.round(seconds * columnsPerSecond);
  }

  /** So that the shortest pass has room for the longest label, an arrow and a blank. */
  private double columnsPerSecondToShowAll() {
    double shortest = Double.POSITIVE_INFINITY;
    int longest = 0;
    for (List<TimedAction> rank : simulated.actions()) {
      for (TimedAction timed : rank) {
        shortest = Math.min(shortest, timed.seconds());
        longest = Math.max(longest, simulated.label(timed.action()).length());
      }
    }
    return (longest + 2) / shortest;
  }

  private String legend() {
    Action first = Action.forward(0, 0);
    String label = simulated.label(first);
    String chunk = simulated.schedule().numChunks() == 1 ? "" : " of chunk a";
    return String.format(
        Locale.ROOT,
        "%s> forward, %s< backward: micro-batch 0%s; ... waiting; a column is %.3g s",
        label,
        label,
        chunk,
        1 / columnsPerSecond);
  }

  private static String rowName(int rank) {
    return "rank " + rank;
  }
}
