/**
 * Solves linear equations by elimination. Each row of `matrix` holds the coefficients and then the
 * right-hand side; the rows are used up. For matrices I - Q of an absorbing chain: their diagonal
 * outweighs the rest of its row, so that no rows need to be exchanged.
 */
export function solve(matrix: readonly Float64Array[]): Float64Array {
  const size = matrix.length;
  for (const [place, pivot] of matrix.entries()) {
    const scale = pivot[place] ?? 0;
    for (const row of matrix.slice(place + 1)) {
      const factor = (row[place] ?? 0) / scale;
      if (factor === 0) continue;
      for (let column = place; column <= size; column += 1)
        row[column] = (row[column] ?? 0) - factor * (pivot[column] ?? 0);
    }
  }
  const solution = new Float64Array(size);
  for (let place = size - 1; place >= 0; place -= 1) {
    const row = matrix[place];
    let value = row?.[size] ?? 0;
    for (let column = place + 1; column < size; column += 1)
      value -= (row?.[column] ?? 0) * (solution[column] ?? 0);
    solution[place] = value / (row?.[place] ?? 1);
  }
  return solution;
}
