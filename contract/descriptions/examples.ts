/**
 * Values that many examples share, so that all of them tell of the same users, room and message.
 */
export const ada = "2bb5f438-840c-44f1-85b5-70e83516762b";
export const grace = "bb70f9ce-adc8-4453-8b29-268504ba0cbe";
export const room = "9ab0c787-266e-4b20-8af5-7b467fe21d36";
export const message = `${room}-7`;
export const earlierMessage = `${room}-6`;
export const file = "e43059ff-c1c8-4669-a193-be27b05abaa6";
export const avatar = "B3izYfgVvKJ_CJ2k-48eQj.4cb3d3e2-80b7-4ad7-a2b8-8aea0dcae360";
export const avatarUrl = `https://chat.example.com/api/chat/avatars/${avatar}`;
export const report = "ce8514d8-3ce1-8ff8-b6ef-ae7fb2429034";
export const subscription = "L167LPuv0_J_Wj7UeMF0ZSFh8W5M279rnPh5-oYhRqo";
export const notification = "01KG9P6JE0B3PZK2YTNBR77569";
export const clientMessage = "a8f1c2-17";

export const earlier = "2026-01-31T09:12:45.120Z";
export const time = "2026-01-31T09:30:00.000Z";
export const later = "2026-01-31T18:00:00.000Z";
export const nextDay = "2026-02-01T09:30:00.000Z";

export const ticket = "nNJGh7UuVwZrPq0yXc3kLm8sTfA1bD5eHgJ2iKoR9vE";
export const otherRoom = "90358e14-355c-415b-a69d-9cbf19ae75d6";
