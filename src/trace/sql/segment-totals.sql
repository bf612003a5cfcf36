SELECT signal, sum(n) FROM segment GROUP BY signal;
