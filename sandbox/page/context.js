// What every part of the page may read: the state, the words of the person's language, and what can be done.
import { createContext, useContext } from "/page/html.js";

export const ChatContext = createContext(null);
export const useChat = () => useContext(ChatContext);
